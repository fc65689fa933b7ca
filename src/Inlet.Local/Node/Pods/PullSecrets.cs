using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// Reads the credentials for registries of a pod: its <c>imagePullSecrets</c> and its ServiceAccount's, Secrets of type
/// <c>kubernetes.io/dockerconfigjson</c> or <c>kubernetes.io/dockercfg</c>. One that is missing or unreadable is passed over, as
/// the kubelet does: the image may be public.
/// </summary>
internal sealed class PullSecrets(ClusterObjects objects)
{
    public async Task<IReadOnlyList<RegistryCredential>> ReadAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var spec = pod.Object("spec");
        var account = await objects.FindAsync(
            ResourceTypes.ServiceAccounts, pod.Namespace(), spec.String("serviceAccountName") ?? "default", cancellationToken);
        var names = spec.Objects("imagePullSecrets").Concat(account.Objects("imagePullSecrets")).Select(static s => s.String("name") ?? "").Distinct();
        var credentials = new List<RegistryCredential>();
        foreach (var name in names)
        {
            if (await objects.FindDataAsync(ResourceTypes.Secrets, pod.Namespace(), name, cancellationToken) is { } data)
            {
                credentials.AddRange(Read(data));
            }
        }

        return credentials;
    }

    internal static IEnumerable<RegistryCredential> Read(IReadOnlyDictionary<string, byte[]> data)
    {
        var registries = data.TryGetValue(".dockerconfigjson", out var config) ? Parse(config).Object("auths")
            : data.TryGetValue(".dockercfg", out var old) ? Parse(old)
            : null;
        return (registries ?? []).Select(static r => Credential(r.Key, r.Value as JsonObject)).OfType<RegistryCredential>();
    }

    private static JsonObject? Parse(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static RegistryCredential? Credential(string registry, JsonObject? entry)
    {
        var (user, password) = (entry.String("username"), entry.String("password"));
        if (entry.String("auth") is { Length: > 0 } auth && Decode(auth) is { } text && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
        {
            (user, password) = (text[..colon], text[(colon + 1)..]);
        }

        return user is null || password is null ? null : new RegistryCredential(Host(registry), user, password);
    }

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }

    // Docker Hub is still called by the address of its first version.
    private static string Host(string registry)
    {
        var host = registry.Replace("https://", "", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal).TrimEnd('/');
        host = host.EndsWith("/v1", StringComparison.Ordinal) || host.EndsWith("/v2", StringComparison.Ordinal) ? host[..^3] : host;
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : host;
    }
}
