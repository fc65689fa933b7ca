using System.Security.Cryptography;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Discovery;

/// <summary>A document that never changes while the server runs.</summary>
/// <param name="ETag">Quoted.</param>
internal sealed record DiscoveryDocument(ReadOnlyMemory<byte> Utf8, string ETag)
{
    public static DiscoveryDocument Of(JsonObject json)
    {
        var utf8 = ObjectBytes.Write(json);
        return new(utf8, $"\"{Convert.ToHexString(SHA256.HashData(utf8))}\"");
    }
}

/// <summary>
/// What is served, as clients ask before anything else: aggregated (the whole of <c>/api</c> or <c>/apis</c> in one answer)
/// and, for older clients, a document per group and version. Each is made when first asked for and kept.
/// </summary>
internal sealed class DiscoveryDocuments
{
    private readonly IReadOnlyList<ServedGroup> _groups;
    private readonly Dictionary<string, Lazy<DiscoveryDocument>> _plain = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lazy<DiscoveryDocument>> _aggregated = new(StringComparer.Ordinal);

    public DiscoveryDocuments(ResourceCatalog catalog)
    {
        // These groups come last: nobody looks for their kinds by short name, and "pods" are first of all the core group's.
        var unstored = UnstoredResource.All.GroupBy(t => t.Type.Group)
            .Select(g => new ServedGroup(g.Key, [.. g.GroupBy(t => t.Type.Version).Select(v => new ServedGroupVersion(g.Key, v.Key, []))]));
        _groups = [.. catalog.Groups, .. unstored];

        _plain["/api"] = Once(CoreVersions);
        _plain["/apis"] = Once(() => new JsonObject
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. Named.Select(g => (JsonNode)Group(g))]),
        });
        foreach (var group in Named)
        {
            _plain[$"/apis/{group.Name}"] = Once(() => PlainDiscovery.WithKind(Group(group), "APIGroup"));
        }

        foreach (var version in _groups.SelectMany(g => g.Versions))
        {
            _plain[version.Group.Length == 0 ? $"/api/{version.Version}" : $"/apis/{version.ApiVersion}"] =
                Once(() => PlainDiscovery.Resources(version, UnstoredOf(version)));
        }

        foreach (var apiVersion in (ReadOnlySpan<string>)["v2", "v2beta1"])
        {
            var wanted = apiVersion;
            _aggregated[$"/api {wanted}"] = Once(() => AggregatedDiscovery.Build(_groups.Where(g => g.Name.Length == 0), UnstoredOf, wanted));
            _aggregated[$"/apis {wanted}"] = Once(() => AggregatedDiscovery.Build(Named, UnstoredOf, wanted));
        }
    }

    private IEnumerable<ServedGroup> Named => _groups.Where(g => g.Name.Length > 0);

    /// <param name="path">Without a trailing slash.</param>
    public DiscoveryDocument? Plain(string path) => _plain.GetValueOrDefault(path)?.Value;

    /// <param name="path"><c>/api</c> or <c>/apis</c>; other paths have no such form.</param>
    /// <param name="version">Of apidiscovery.k8s.io.</param>
    public DiscoveryDocument? Aggregated(string path, string version) => _aggregated.GetValueOrDefault($"{path} {version}")?.Value;

    /// <summary>Every path there is, for <c>GET /</c>.</summary>
    public IEnumerable<string> Paths => _plain.Keys;

    private static Lazy<DiscoveryDocument> Once(Func<JsonObject> build) => new(() => DiscoveryDocument.Of(build()));

    private static IEnumerable<UnstoredResource> UnstoredOf(ServedGroupVersion version) =>
        UnstoredResource.All.Where(t => t.Type.ApiVersion == version.ApiVersion);

    private static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private static JsonObject Group(ServedGroup group)
    {
        var versions = group.Versions.Select(v => new JsonObject { ["groupVersion"] = v.ApiVersion, ["version"] = v.Version }).ToList();
        return new()
        {
            ["name"] = group.Name,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }
}
