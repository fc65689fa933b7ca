using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Controller;

/// <summary>
/// Which HTTPS port belongs to the HTTP port a client used, read off the Service through which clients come: its ports, its
/// NodePorts, and where its ports are really bound. Without it, whoever came through NodePort 30431 would be redirected to a
/// port 443 where nobody listens.
/// </summary>
internal static class RedirectPorts
{
    /// <summary>
    /// Service port → port on the machine, as JSON (<c>{"80":8080,"443":8443}</c>), for a load balancer that listens elsewhere
    /// than the Service says. Kubernetes has no field for that.
    /// </summary>
    private const string BoundPortsAnnotation = "inlet.dev/bound-ports";

    /// <param name="httpPort">Our own, which the Service's <c>targetPort</c> may name by number.</param>
    public static IReadOnlyDictionary<int, int> Of(Service service, int httpPort, int httpsPort)
    {
        var ports = (service.Spec?.Ports ?? []).OfType<ServicePort>().ToList();
        var map = new Dictionary<int, int>();
        if (ports.Find(port => LeadsTo(port, "http", httpPort)) is not { } http || ports.Find(port => LeadsTo(port, "https", httpsPort)) is not { } https)
        {
            return map;
        }

        Add(map, http.Port, https.Port);
        Add(map, http.NodePort, https.NodePort);
        var bound = BoundPorts(service);
        Add(map, bound.GetValueOrDefault(http.Port), bound.GetValueOrDefault(https.Port));
        return map;
    }

    private static bool LeadsTo(ServicePort port, string name, int number) =>
        port.TargetPort is { } target ? target.Name == name || target.Number == number : port.Name == name || port.Port == number;

    private static void Add(Dictionary<int, int> map, int http, int https)
    {
        if (http is > 0 and <= 65535 && https is > 0 and <= 65535)
        {
            map[http] = https;
        }
    }

    private static Dictionary<int, int> BoundPorts(Service service)
    {
        var bound = new Dictionary<int, int>();
        if (service.Metadata?.Annotations?.GetValueOrDefault(BoundPortsAnnotation) is not { } text)
        {
            return bound;
        }

        try
        {
            foreach (var (port, value) in JsonNode.Parse(text) as JsonObject ?? [])
            {
                if (int.TryParse(port, CultureInfo.InvariantCulture, out var from) && value is JsonValue number && number.TryGetValue<int>(out var to))
                {
                    bound[from] = to;
                }
            }
        }
        catch (JsonException)
        {
            // A hint that cannot be read costs a redirect its port, no more.
        }

        return bound;
    }
}
