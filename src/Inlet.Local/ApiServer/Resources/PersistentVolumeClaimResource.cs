using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PersistentVolumeClaimResource : ResourceDefinition
{
    public PersistentVolumeClaimResource()
        : base(new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true), "persistentvolumeclaim", "k8s.io.api.core.v1.PersistentVolumeClaim")
    {
        ShortNames = ["pvc"];
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Status"), new("Volume"), new("Capacity"), new("Access Modes"), new("StorageClass"), new("VolumeAttributesClass"),
        TableColumn.Age, TableColumn.Wide("VolumeMode"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        var status = obj.Object("status");
        return
        [
            obj.Name(), status.String("phase") ?? "", spec.String("volumeName") ?? "", status.Object("capacity").String("storage") ?? "",
            StorageFields.Modes(status), spec.String("storageClassName") ?? "", "<unset>", Cell.Age(obj, now), spec.String("volumeMode") ?? "<unset>",
        ];
    }

    public override void Default(JsonObject obj) => FieldChecks.Default(obj.GetOrAddObject("spec"), "volumeMode", "Filesystem");

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["phase"] = "Pending" };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        StorageFields.Validate(spec, "spec", errors);
        if (spec.Object("resources").Object("requests")?["storage"] is null)
        {
            errors.Required("spec.resources[storage]");
        }

        if (old is not null && !JsonNode.DeepEquals(Fixed(spec), Fixed(old.Object("spec"))))
        {
            errors.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        }
    }

    private static JsonObject Fixed(JsonObject? spec)
    {
        var copy = (spec ?? []).DeepClone().AsObject();
        copy.Remove("resources");
        // Set once, by whoever binds the claim.
        copy.Remove("volumeName");
        return copy;
    }
}
