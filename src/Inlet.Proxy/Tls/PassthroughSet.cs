using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>The hosts whose TLS connections go to their endpoints as they are.</summary>
internal sealed class PassthroughSet
{
    private readonly HostLookup<Target> _byHost;

    private PassthroughSet(Dictionary<string, Target> byHost) => _byHost = new HostLookup<Target>(byHost);

    /// <returns>Null when there are none: then nobody looks into handshakes.</returns>
    public static PassthroughSet? Of(RouteModel model, BackendRegistry backends)
    {
        Dictionary<string, Target>? byHost = null;
        foreach (var host in model.Hosts)
        {
            if (host is { Passthrough: { } backend, Host.Length: > 0 })
            {
                (byHost ??= [])[host.Host] = new Target(backends.Intern(backend));
            }
        }

        return byHost is null ? null : new PassthroughSet(byHost);
    }

    /// <returns>A backend's number; -1 for a name whose connections are ended here.</returns>
    public int Find(ReadOnlySpan<byte> serverName) => _byHost.Find(serverName)?.Backend ?? -1;

    private sealed record Target(int Backend);
}
