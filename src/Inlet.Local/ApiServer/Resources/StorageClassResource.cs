using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class StorageClassResource : ResourceDefinition
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    public StorageClassResource()
        : base(new("storage.k8s.io", "v1", "StorageClass", "storageclasses", false), "storageclass", "k8s.io.api.storage.v1.StorageClass") => ShortNames = ["sc"];

    public override IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, new("Provisioner"), new("ReclaimPolicy"), new("VolumeBindingMode"), new("AllowVolumeExpansion", "boolean"), TableColumn.Age];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
    [
        obj.Annotations().String(DefaultClass) == "true" ? $"{obj.Name()} (default)" : obj.Name(), obj.String("provisioner") ?? "", obj.String("reclaimPolicy") ?? "",
        obj.String("volumeBindingMode") ?? "", obj.Boolean("allowVolumeExpansion") ?? false, Cell.Age(obj, now),
    ];

    public override void Default(JsonObject obj)
    {
        FieldChecks.Default(obj, "reclaimPolicy", "Delete");
        FieldChecks.Default(obj, "volumeBindingMode", "Immediate");
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(obj.String("provisioner")))
        {
            errors.Required("provisioner");
        }

        FieldChecks.OneOf(obj.String("reclaimPolicy"), "reclaimPolicy", errors, "Delete", "Retain");
        FieldChecks.OneOf(obj.String("volumeBindingMode"), "volumeBindingMode", errors, "Immediate", "WaitForFirstConsumer");
        foreach (var key in old is null ? (ReadOnlySpan<string>)[] : ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"])
        {
            FieldChecks.Unchanged(obj[key], old![key], key, errors);
        }
    }
}
