using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>Ports of the machine itself that pods ask for with <c>hostPort</c>.</summary>
internal static class HostPorts
{
    private const string AnyAddress = "0.0.0.0";

    private readonly record struct HostPort(string Address, string Protocol, long Port)
    {
        public bool ClashesWith(HostPort other) =>
            Port == other.Port && Protocol == other.Protocol
            && (Address == other.Address || Address == AnyAddress || other.Address == AnyAddress);
    }

    public static bool AreFree(JsonObject pod, IEnumerable<JsonObject> others)
    {
        var wanted = Of(pod).ToList();
        return wanted.Count == 0 || !others.SelectMany(Of).Any(taken => wanted.Any(port => port.ClashesWith(taken)));
    }

    private static IEnumerable<HostPort> Of(JsonObject pod)
    {
        foreach (var port in pod.Object("spec").Objects("containers").SelectMany(container => container.Objects("ports")))
        {
            if (port.Integer("hostPort") is > 0 and var number)
            {
                var address = port.String("hostIP") is { Length: > 0 } own ? own : AnyAddress;
                yield return new HostPort(address, port.String("protocol") ?? "TCP", number);
            }
        }
    }
}
