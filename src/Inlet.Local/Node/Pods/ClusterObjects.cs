using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads the objects pods refer to; each as it is now, so that nothing of Secrets is kept in memory.</summary>
internal sealed class ClusterObjects(IKubernetesApi api)
{
    /// <summary>Null when there is none.</summary>
    public async Task<JsonObject?> FindAsync(ResourceType type, string ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await api.GetAsync(type, ns, name, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>A ConfigMap's or Secret's entries as bytes, in order of keys; null when there is no such object.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>?> FindDataAsync(
        ResourceType type, string ns, string name, CancellationToken cancellationToken) =>
        await FindAsync(type, ns, name, cancellationToken) is { } obj ? Data(type, obj) : null;

    /// <summary>The Services of a namespace.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListServicesAsync(string ns, CancellationToken cancellationToken) =>
        (await api.ListAsync(ResourceTypes.Services, ns, ListQuery.All, cancellationToken)).Items;

    private static SortedDictionary<string, byte[]> Data(ResourceType type, JsonObject obj)
    {
        var data = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var isSecret = type == ResourceTypes.Secrets;
        foreach (var (key, value) in obj.Object("data") ?? [])
        {
            data[key] = isSecret ? Convert.FromBase64String(value?.ToString() ?? "") : System.Text.Encoding.UTF8.GetBytes(value?.ToString() ?? "");
        }

        foreach (var (key, value) in obj.Object("binaryData") ?? [])
        {
            data[key] = Convert.FromBase64String(value?.ToString() ?? "");
        }

        return data;
    }
}
