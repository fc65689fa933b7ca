using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ResourceQuotaResource : ResourceDefinition
{
    public ResourceQuotaResource()
        : base(new("", "v1", "ResourceQuota", "resourcequotas", true), "resourcequota", "k8s.io.api.core.v1.ResourceQuota")
    {
        ShortNames = ["quota"];
        Subresources = [StatusOf(Type)];
        NoEffect = "ResourceQuotas are stored and have no effect on this server: nothing is counted or refused";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } = [TableColumn.ObjectName, new("Request"), new("Limit"), TableColumn.Age];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var used = obj.Object("status").Object("used");
        var hard = (obj.Object("spec").Object("hard") ?? []).Select(h => (h.Key, Text: $"{h.Key}: {used.String(h.Key) ?? "0"}/{h.Value}")).ToList();
        return
        [
            obj.Name(), string.Join(", ", hard.Where(h => !IsLimit(h.Key)).Select(h => h.Text)), string.Join(", ", hard.Where(h => IsLimit(h.Key)).Select(h => h.Text)),
            Cell.Age(obj, now),
        ];
    }

    private static bool IsLimit(string name) => name.StartsWith("limits.", StringComparison.Ordinal);
}
