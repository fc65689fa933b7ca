using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>A template a StatefulSet or DaemonSet had: what <c>kubectl rollout history</c> and <c>undo</c> read.</summary>
internal sealed class ControllerRevisionResource : ResourceDefinition
{
    public ControllerRevisionResource()
        : base(ResourceTypes.ControllerRevisions, "controllerrevision", "k8s.io.api.apps.v1.ControllerRevision")
    {
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Controller"), new("Revision", "integer"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var owner = obj.Metadata().Objects("ownerReferences").FirstOrDefault(reference => reference.Boolean("controller") == true);
        var controller = owner is null ? Cell.None : $"{owner.String("kind")?.ToLowerInvariant()}.{Group(owner)}/{owner.String("name")}";
        return [obj.Name(), controller, obj.Integer("revision") ?? 0, Cell.Age(obj, now)];
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        FieldChecks.NonNegative(obj, "revision", "revision", errors);
        if (old is not null)
        {
            FieldChecks.Unchanged(obj["data"], old["data"], "data", errors);
        }
    }

    private static string? Group(JsonObject owner) => owner.String("apiVersion")?.Split('/')[0];
}
