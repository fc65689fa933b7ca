using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EndpointsResource : ResourceDefinition
{
    public EndpointsResource()
        : base(ResourceTypes.Endpoints, "endpoints", "k8s.io.api.core.v1.Endpoints")
    {
        ShortNames = ["ep"];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Endpoints"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) => [obj.Name(), Addresses(obj), Cell.Age(obj, now)];

    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Objects("subsets").SelectMany(s => s.Objects("ports")))
        {
            FieldChecks.Default(port, "protocol", "TCP");
        }
    }

    private static string Addresses(JsonObject obj)
    {
        var all = new List<string>();
        foreach (var subset in obj.Objects("subsets"))
        {
            var ports = subset.Objects("ports").Select(p => p.Integer("port")).ToList();
            foreach (var ip in subset.Objects("addresses").Select(a => a.String("ip")))
            {
                all.AddRange(ports.Count == 0 ? [$"{ip}"] : ports.Select(p => $"{ip}:{p}"));
            }
        }

        return Cell.Some(all, Cell.None);
    }
}
