using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PersistentVolumeResource : ResourceDefinition
{
    public PersistentVolumeResource()
        : base(new("", "v1", "PersistentVolume", "persistentvolumes", false), "persistentvolume", "k8s.io.api.core.v1.PersistentVolume")
    {
        ShortNames = ["pv"];
        Subresources = [StatusOf(Type)];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Capacity"), new("Access Modes"), new("Reclaim Policy"), new("Status"), new("Claim"), new("StorageClass"),
        new("VolumeAttributesClass"), new("Reason"), TableColumn.Age, TableColumn.Wide("VolumeMode"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        var claim = spec.Object("claimRef");
        return
        [
            obj.Name(), spec.Object("capacity").String("storage") ?? "", StorageFields.Modes(spec), spec.String("persistentVolumeReclaimPolicy") ?? "",
            obj.Object("status").String("phase") ?? "", claim is null ? "" : $"{claim.String("namespace")}/{claim.String("name")}", spec.String("storageClassName") ?? "",
            "<unset>", obj.Object("status").String("reason") ?? "", Cell.Age(obj, now), spec.String("volumeMode") ?? "<unset>",
        ];
    }

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "persistentVolumeReclaimPolicy", "Retain");
        FieldChecks.Default(spec, "volumeMode", "Filesystem");
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["phase"] = "Pending" };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        StorageFields.Validate(spec, "spec", errors);
        if (spec.Object("capacity") is not { Count: > 0 })
        {
            errors.Required("spec.capacity");
        }

        if (spec.Object("hostPath") is not { } host)
        {
            errors.Required("spec", "must specify a volume type; this server has hostPath alone");
        }
        else if (string.IsNullOrEmpty(host.String("path")))
        {
            errors.Required("spec.hostPath.path");
        }

        FieldChecks.OneOf(spec.String("persistentVolumeReclaimPolicy"), "spec.persistentVolumeReclaimPolicy", errors, "Delete", "Recycle", "Retain");
    }
}
