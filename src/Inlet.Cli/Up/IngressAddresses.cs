using System.Net;
using Inlet.Local.Node;
using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>Where this machine answers for the ingress controller; -1 while a port is not bound.</summary>
internal sealed record IngressAddresses(int Http, int Https, int HttpNodePort, int HttpsNodePort)
{
    public const string Namespace = "inlet-system";
    public const string Service = "inlet-controller";

    public static IngressAddresses None { get; } = new(-1, -1, -1, -1);

    public static IngressAddresses Of(IReadOnlyList<BoundServicePort> bound)
    {
        return new(
            Port(80, BoundServicePortKind.LoadBalancer), Port(443, BoundServicePortKind.LoadBalancer),
            Port(80, BoundServicePortKind.NodePort), Port(443, BoundServicePortKind.NodePort));

        int Port(int servicePort, BoundServicePortKind kind) =>
            bound.FirstOrDefault(port => port.Namespace == Namespace && port.Service == Service && port.ServicePort == servicePort && port.Kind == kind
                && (kind != BoundServicePortKind.NodePort || IsOfThisMachine(port.Bound.Address)))?.Bound.Port ?? -1;
    }

    // A NodePort is bound among the pods too, where no browser comes by.
    private static bool IsOfThisMachine(IPAddress address) => IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>Whether this is where plain HTTP comes in.</summary>
    public static bool IsHttp(BoundServicePort port) =>
        port is { Namespace: Namespace, Service: Service, ServicePort: 80, Kind: BoundServicePortKind.LoadBalancer };

    /// <summary>The ports there are, in a line; those that another program has are left out, their Events say why.</summary>
    public string Describe()
    {
        (string What, int Port)[] ports = [("http port", Http), ("https port", Https), ("node port for http", HttpNodePort), ("for https", HttpsNodePort)];
        return string.Join(", ", ports.Where(static port => port.Port > 0).Select(static port => $"{port.What} {port.Port}"));
    }

    public string Url(RouteRow route)
    {
        var (scheme, port, usual) = route.Tls && Https > 0 ? ("https", Https, 443) : ("http", Http, 80);
        var host = route.Host.Length == 0 ? "localhost" : route.Host;
        return $"{scheme}://{host}{(port == usual || port < 0 ? "" : $":{port}")}{(route.Path.Length == 0 ? "/" : route.Path)}";
    }

    /// <summary>How to ask for a host that no resolver knows; null when there is none among the routes.</summary>
    public string? Hint(IEnumerable<RouteRow> routes)
    {
        var route = routes.FirstOrDefault(static route => route.Host.Length > 0 && !route.Host.StartsWith('*')
            && !route.Host.EndsWith("localhost", StringComparison.Ordinal) && !IPAddress.TryParse(route.Host, out _));
        if (route is null)
        {
            return null;
        }

        var port = route.Tls ? Https : Http;
        return port < 0 ? null : $"curl {(route.Tls ? "-k " : "")}--resolve {route.Host}:{port}:127.0.0.1 {Url(route)}";
    }
}
