using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Pods;

namespace Inlet.Local.Node.Volumes;

/// <summary>
/// Reads the files of volumes made from API objects: ConfigMaps, Secrets, the pod's own fields, tokens, and
/// projections of several of them.
/// </summary>
internal sealed class VolumeSources(ClusterObjects objects, ServiceAccountCredentials? credentials)
{
    private const UnixFileMode DefaultMode = (UnixFileMode)0x1A4;

    /// <summary>Whether a volume is of such a kind.</summary>
    public static bool IsProjection(JsonObject volume) =>
        volume["configMap"] is not null || volume["secret"] is not null || volume["downwardAPI"] is not null || volume["projected"] is not null;

    /// <exception cref="ConfigurationException">A reference that is not optional leads nowhere.</exception>
    public async Task<IReadOnlyCollection<VolumeFile>> ReadAsync(JsonObject volume, PodFacts facts, CancellationToken cancellationToken)
    {
        // Later sources win where two bring the same path.
        var files = new SortedDictionary<string, VolumeFile>(StringComparer.Ordinal);
        var projected = volume.Object("projected");
        var mode = Mode((projected ?? volume.Object("configMap") ?? volume.Object("secret") ?? volume.Object("downwardAPI")).Integer("defaultMode"), DefaultMode);
        foreach (var source in projected is null ? [volume] : projected.Objects("sources"))
        {
            foreach (var file in await ReadSourceAsync(source, facts, mode, cancellationToken))
            {
                files[file.Path] = file;
            }
        }

        return files.Values;
    }

    private async Task<IReadOnlyList<VolumeFile>> ReadSourceAsync(
        JsonObject source, PodFacts facts, UnixFileMode mode, CancellationToken cancellationToken)
    {
        if (source.Object("configMap") is { } configMap)
        {
            return await ReadObjectAsync(ResourceTypes.ConfigMaps, configMap.String("name") ?? "", configMap, facts, mode, cancellationToken);
        }

        if (source.Object("secret") is { } secret)
        {
            // Alone it is called secretName, inside a projection name.
            var name = secret.String("secretName") ?? secret.String("name") ?? "";
            return await ReadObjectAsync(ResourceTypes.Secrets, name, secret, facts, mode, cancellationToken);
        }

        if (source.Object("downwardAPI") is { } downward)
        {
            return [.. downward.Objects("items").Select(item => ReadField(item, facts, mode))];
        }

        if (source.Object("serviceAccountToken") is { } token)
        {
            return [ReadToken(token, facts, mode)];
        }

        throw new ConfigurationException($"projection of {string.Join(", ", source.Select(s => s.Key))} is not supported on this node");
    }

    private async Task<IReadOnlyList<VolumeFile>> ReadObjectAsync(
        ResourceType type, string name, JsonObject reference, PodFacts facts, UnixFileMode mode, CancellationToken cancellationToken)
    {
        var optional = reference.Boolean("optional") == true;
        if (await objects.FindDataAsync(type, facts.Pod.Namespace(), name, cancellationToken) is not { } data)
        {
            return optional ? [] : throw new ConfigurationException($"{type.Kind.ToLowerInvariant()} \"{name}\" not found");
        }

        if (reference.Array("items") is not { Count: > 0 })
        {
            return [.. data.Select(d => new VolumeFile(d.Key, d.Value, mode))];
        }

        var files = new List<VolumeFile>();
        foreach (var item in reference.Objects("items"))
        {
            var key = item.String("key") ?? "";
            if (data.TryGetValue(key, out var content))
            {
                files.Add(new VolumeFile(item.String("path") ?? key, content, Mode(item.Integer("mode"), mode)));
            }
            else if (!optional)
            {
                throw new ConfigurationException(type == ResourceTypes.Secrets
                    ? $"references non-existent secret key: {key}"
                    : $"configmap references non-existent config key: {key}");
            }
        }

        return files;
    }

    private static VolumeFile ReadField(JsonObject item, PodFacts facts, UnixFileMode mode)
    {
        var content = item.Object("fieldRef") is { } field
            ? FieldReferences.Read(facts, field.String("fieldPath") ?? "")
            : ResourceReferences.Read(facts, item.Object("resourceFieldRef") ?? [], "");
        return new VolumeFile(item.String("path") ?? "", Encoding.UTF8.GetBytes(content), Mode(item.Integer("mode"), mode));
    }

    private VolumeFile ReadToken(JsonObject source, PodFacts facts, UnixFileMode mode)
    {
        var account = facts.Pod.Object("spec").String("serviceAccountName") ?? "default";
        var token = credentials is null
            ? throw new ConfigurationException("this node gives pods no API credentials")
            : credentials.IssueToken(facts.Pod.Namespace(), account);
        return new VolumeFile(source.String("path") ?? "token", Encoding.UTF8.GetBytes(token), mode);
    }

    private static UnixFileMode Mode(long? given, UnixFileMode otherwise) => given is { } mode ? (UnixFileMode)(mode & 0x1FF) : otherwise;
}
