using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class LeaseResource : ResourceDefinition
{
    public LeaseResource()
        : base(ResourceTypes.Leases, "lease", "k8s.io.api.coordination.v1.Lease")
    {

    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Holder"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), obj.Object("spec").String("holderIdentity") ?? "", Cell.Age(obj, now)];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        if (obj.Object("spec").Integer("leaseDurationSeconds") is <= 0 and var seconds)
        {
            errors.Invalid("spec.leaseDurationSeconds", JsonValue.Create(seconds), "must be greater than 0");
        }

        FieldChecks.NonNegative(obj.Object("spec"), "leaseTransitions", "spec", errors);
    }
}
