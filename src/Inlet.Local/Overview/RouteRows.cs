using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Overview;

/// <summary>Ingresses, Services, EndpointSlices and Pods → rows. Pure.</summary>
internal sealed class RouteRows(
    IReadOnlyDictionary<ObjectKey, JsonObject> services, ILookup<ObjectKey, JsonObject> slices, IReadOnlyCollection<JsonObject> pods)
{
    private const string Prefix = "nginx.ingress.kubernetes.io/";

    public IEnumerable<RouteRow> Of(JsonObject ingress)
    {
        var spec = ingress.Object("spec");
        foreach (var rule in spec.Objects("rules"))
        {
            var host = rule.String("host") ?? "";
            foreach (var path in rule.Object("http").Objects("paths"))
            {
                yield return Row(ingress, host, path.String("path") ?? "/", path.Object("backend"));
            }
        }

        if (spec.Object("defaultBackend") is { } fallback)
        {
            yield return Row(ingress, "", "", fallback);
        }
    }

    private RouteRow Row(JsonObject ingress, string host, string path, JsonObject? backend)
    {
        var service = backend.Object("service");
        var name = service.String("name") ?? "";
        var port = service.Object("port");
        var key = new ObjectKey(ingress.Namespace(), name);
        var ready = ReadyPods(key);
        return new RouteRow(
            ingress.Namespace(), ingress.Name(), host, path, name, port.String("name") ?? port?["number"]?.ToString() ?? "", Canary(ingress), Tls(ingress, host),
            ingress.Object("status").Object("loadBalancer").Array("ingress") is { Count: > 0 },
            ready, [.. SelectedPods(key).Except(ready)]);
    }

    private List<string> ReadyPods(ObjectKey service) =>
        [.. slices[service].SelectMany(static slice => slice.Objects("endpoints"))
            .Where(static endpoint => endpoint.Object("conditions").Boolean("ready") != false)
            .Select(static endpoint => endpoint.Object("targetRef").String("name") ?? endpoint.Array("addresses")?.FirstOrDefault()?.ToString() ?? "")
            .Distinct().Order(StringComparer.Ordinal)];

    private IEnumerable<string> SelectedPods(ObjectKey service)
    {
        if (!services.TryGetValue(service, out var found) || found.Object("spec").Object("selector") is not { Count: > 0 } selector)
        {
            return [];
        }

        return pods.Where(pod => pod.Namespace() == service.Namespace && !pod.IsBeingDeleted()
                && selector.All(label => pod.Labels().String(label.Key) == label.Value?.ToString()))
            .Select(static pod => pod.Name()).Order(StringComparer.Ordinal);
    }

    private static bool Tls(JsonObject ingress, string host) =>
        ingress.Object("spec").Objects("tls").Any(tls => tls.Array("hosts")?.Any(name => name?.ToString() == host) == true);

    private static string Canary(JsonObject ingress)
    {
        var annotations = ingress.Annotations();
        if (annotations.String(Prefix + "canary") != "true")
        {
            return "";
        }

        var header = annotations.String(Prefix + "canary-by-header");
        var value = annotations.String(Prefix + "canary-by-header-value") ?? annotations.String(Prefix + "canary-by-header-pattern");
        var cookie = annotations.String(Prefix + "canary-by-cookie");
        var weight = annotations.String(Prefix + "canary-weight");
        return string.Join(", ", new[]
        {
            header is null ? null : value is null ? $"header {header}" : $"header {header}: {value}",
            cookie is null ? null : $"cookie {cookie}",
            weight is null ? null : $"{weight}%",
        }.OfType<string>());
    }
}
