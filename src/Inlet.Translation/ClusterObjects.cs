using Inlet.Kubernetes;

namespace Inlet.Translation;

/// <summary>The objects that Ingresses name in their annotations and TLS sections, as they are now.</summary>
internal sealed class ClusterObjects(TranslationOptions options)
{
    private readonly Dictionary<ObjectKey, ConfigMap> _configMaps = [];

    public TranslationOptions Options { get; } = options;

    public SecretStore Secrets { get; } = new();

    public ConfigMap? ConfigMap(ObjectKey key) => _configMaps.GetValueOrDefault(key);

    public void Put(ConfigMap map) => _configMaps[(map.Metadata ?? new ObjectMeta()).Key] = map;

    public void RemoveConfigMap(ObjectKey key) => _configMaps.Remove(key);

    public void CopyTo(ClusterObjects other)
    {
        Secrets.CopyTo(other.Secrets);
        foreach (var map in _configMaps.Values)
        {
            other.Put(map);
        }
    }
}
