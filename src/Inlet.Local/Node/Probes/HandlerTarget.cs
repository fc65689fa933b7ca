using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Probes;

/// <summary>The container a probe or lifecycle hook is about.</summary>
internal sealed record HandlerTarget(IRunningContainer Instance, JsonObject Container, IPAddress PodAddress)
{
    /// <summary>A port given as a number, or by the name one of the container's ports has.</summary>
    /// <returns>Null when no port has that name.</returns>
    public int? Port(JsonNode? port)
    {
        if (port is JsonValue number && number.GetValueKind() == JsonValueKind.Number)
        {
            return number.GetValue<int>();
        }

        var name = port?.ToString();
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
        {
            return parsed;
        }

        return (int?)Container.Objects("ports").FirstOrDefault(p => p.String("name") == name).Integer("containerPort");
    }
}
