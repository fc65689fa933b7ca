using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.EnvironmentVariables;

/// <summary>The variables by which containers find Services (Kubernetes, "Discovering services": environment variables).</summary>
internal static class ServiceVariables
{
    /// <summary>For one Service; none when it has no address of its own.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(JsonObject service)
    {
        var spec = service.Object("spec");
        var ports = spec.Objects("ports").ToList();
        if (spec.String("clusterIP") is not { Length: > 0 } address || address == "None" || spec.String("type") == "ExternalName" || ports.Count == 0)
        {
            yield break;
        }

        var prefix = Name(service.Name());
        yield return new($"{prefix}_SERVICE_HOST", address);
        yield return new($"{prefix}_SERVICE_PORT", Port(ports[0]));
        foreach (var port in ports.Where(p => p.String("name") is { Length: > 0 }))
        {
            yield return new($"{prefix}_SERVICE_PORT_{Name(port.String("name")!)}", Port(port));
        }

        foreach (var link in Links(prefix, address, ports))
        {
            yield return link;
        }
    }

    // The form Docker's links had, which Kubernetes keeps.
    private static IEnumerable<KeyValuePair<string, string>> Links(string prefix, string address, List<JsonObject> ports)
    {
        for (var i = 0; i < ports.Count; i++)
        {
            var port = Port(ports[i]);
            var protocol = ports[i].String("protocol") ?? "TCP";
            var url = $"{protocol.ToLowerInvariant()}://{address}:{port}";
            var name = $"{prefix}_PORT_{port}_{protocol.ToUpperInvariant()}";
            if (i == 0)
            {
                yield return new($"{prefix}_PORT", url);
            }

            yield return new(name, url);
            yield return new($"{name}_PROTO", protocol.ToLowerInvariant());
            yield return new($"{name}_PORT", port);
            yield return new($"{name}_ADDR", address);
        }
    }

    private static string Port(JsonObject port) => (port.Integer("port") ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string Name(string name) => name.Replace('-', '_').ToUpperInvariant();
}
