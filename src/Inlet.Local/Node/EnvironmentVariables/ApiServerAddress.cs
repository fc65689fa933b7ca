using System.Net;

namespace Inlet.Local.Node.EnvironmentVariables;

/// <summary>
/// Where a pod reaches the API server: at its Service's address from a network of its own, and where it really listens from
/// this machine's.
/// </summary>
internal static class ApiServerAddress
{
    private const int ServicePort = 443;

    /// <param name="onHostNetwork">Whether the pod shares this machine's network.</param>
    public static Uri For(NodeAgentOptions options, bool onHostNetwork)
    {
        if (!onHostNetwork)
        {
            return new UriBuilder("https", options.Network.KubernetesServiceAddress.ToString(), ServicePort).Uri;
        }

        var address = options.ApiServer.Address;
        var isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        return new UriBuilder("https", (isAny ? IPAddress.Loopback : address).ToString(), options.ApiServer.Port).Uri;
    }
}
