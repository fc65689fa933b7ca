using System.Net;
using Inlet.Model;

namespace Inlet.Controller;

/// <summary>Where URLs that tenants write into annotations may lead (decisions.md 11).</summary>
internal static class ServiceNetworks
{
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    public static EquatableArray<IPNetwork> Allowed(ControllerOptions options) =>
        [.. options.AllowUpstreamCidrs, .. options.Files.Count > 0 ? Loopback : []];

    /// <summary>The API server as pods see it; what reaches it through us would come from an address it may trust.</summary>
    public static EquatableArray<IPNetwork> ApiServers() =>
        IPAddress.TryParse(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), out var address)
            ? [new IPNetwork(address, address.GetAddressBytes().Length * 8)] : [];
}
