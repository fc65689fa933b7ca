using System.Collections.Concurrent;
using System.Globalization;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.EnvironmentVariables;

/// <summary>The variables of every Service, kept as Services change: starting a container then asks nobody.</summary>
internal sealed class ServiceIndex(NodeAgentOptions options)
{
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlyList<KeyValuePair<string, string>>> _variables = new();

    public void Apply(CacheChange change)
    {
        if (change.Kind == CacheChangeKind.Put)
        {
            _variables[change.Key] = [.. ServiceVariables.Of(change.Object!)];
        }
        else if (change.Kind == CacheChangeKind.Removed)
        {
            _variables.TryRemove(change.Key, out _);
        }
    }

    /// <param name="links">Whether the pod wants variables of its namespace's Services (<c>enableServiceLinks</c>).</param>
    /// <param name="onHostNetwork">Whether the pod shares this machine's network.</param>
    public Dictionary<string, string> VariablesFor(string ns, bool links, bool onHostNetwork)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, variables) in _variables)
        {
            if ((links && key.Namespace == ns) || key == new ObjectKey("default", "kubernetes"))
            {
                foreach (var (name, value) in variables)
                {
                    result[name] = value;
                }
            }
        }

        // The Service itself may not be there yet, or its port not to be had by this user; in-cluster clients need these two.
        var server = ApiServerFor(onHostNetwork);
        result["KUBERNETES_SERVICE_HOST"] = server.Host;
        result["KUBERNETES_SERVICE_PORT"] = server.Port.ToString(CultureInfo.InvariantCulture);
        return result;
    }

    /// <summary>
    /// Where a pod reaches the API server: at its Service's address from a network of its own, and where it really listens from
    /// this machine's.
    /// </summary>
    public Uri ApiServerFor(bool onHostNetwork)
    {
        const int ServicePort = 443;
        if (options.Network.Mode != PodNetworkMode.Host && !onHostNetwork)
        {
            return new UriBuilder("https", options.Network.KubernetesServiceAddress.ToString(), ServicePort).Uri;
        }

        var address = options.ApiServer.Address;
        var isAny = address.Equals(System.Net.IPAddress.Any) || address.Equals(System.Net.IPAddress.IPv6Any);
        return new UriBuilder("https", (isAny ? System.Net.IPAddress.Loopback : address).ToString(), options.ApiServer.Port).Uri;
    }
}
