using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>The query of a list. A null means the parameter was not given.</summary>
internal sealed record ListOptions
{
    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    public string? ResourceVersion { get; init; }

    public string? ResourceVersionMatch { get; init; }

    /// <summary>0 for no limit.</summary>
    public int Limit { get; init; }

    public string? Continue { get; init; }
}

/// <param name="Revision">Of the list as a whole.</param>
/// <param name="Continue">Token for the next chunk; null after the last.</param>
/// <param name="Remaining">Items after this chunk; null with a selector, where counting would mean matching them all.</param>
internal sealed record ListResult(IReadOnlyList<StoredObject> Items, long Revision, string? Continue = null, long? Remaining = null);

public sealed partial class ApiCore
{
    /// <param name="ns">Null for all namespaces, or a cluster-scoped resource.</param>
    internal ListResult List(ServedResource resource, string? ns, ListOptions options)
    {
        RequireVerb(resource, "list");
        var filter = ObjectFilter.Parse(resource, options.LabelSelector, options.FieldSelector);
        var token = options.Continue is { Length: > 0 } text ? ContinueToken.Decode(text) : null;
        if (token is not null && options.ResourceVersion is { Length: > 0 } and not "0")
        {
            throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
        }

        var state = Store.State;
        var (revision, all) = token is not null
            ? At(resource, ns, state, token.Revision, continued: true)
            : Snapshot(resource, ns, state, filter, options);
        var items = new List<StoredObject>();
        foreach (var stored in all)
        {
            if (token?.Covers(stored.Key) == true || !filter.Matches(stored))
            {
                continue;
            }

            if (options.Limit > 0 && items.Count == options.Limit)
            {
                var last = items[^1].Key;
                long? remaining = filter.MatchesEverything ? CountAfter(all, last) : null;
                return new(items, revision, new ContinueToken(revision, last.Namespace, last.Name).Encode(), remaining);
            }

            items.Add(stored);
        }

        return new(items, revision);
    }

    private (long Revision, IEnumerable<StoredObject> All) Snapshot(
        ServedResource resource, string? ns, StoreState state, ObjectFilter filter, ListOptions options)
    {
        var wanted = ParseResourceVersion(options.ResourceVersion);
        if (options.ResourceVersionMatch is { Length: > 0 } && options.ResourceVersion is null or "")
        {
            throw ApiErrors.BadRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        if (wanted > state.Revision)
        {
            throw ApiErrors.TooLargeResourceVersion(wanted, state.Revision);
        }

        if (options.ResourceVersionMatch == "Exact")
        {
            return At(resource, ns, state, wanted, continued: false);
        }

        var storeName = StoreName(resource);
        var scope = resource.Definition.Type.Namespaced ? ns ?? filter.Namespace : "";
        if (filter.Name is { } name && scope is not null)
        {
            return (state.Revision, state.Find(new(storeName, scope, name)) is { } one ? [one] : []);
        }

        return (state.Revision, state.List(storeName, scope));
    }

    private (long Revision, IEnumerable<StoredObject> All) At(
        ServedResource resource, string? ns, StoreState state, long revision, bool continued)
    {
        var scope = resource.Definition.Type.Namespaced ? ns : "";
        if (revision == state.Revision)
        {
            return (revision, state.List(StoreName(resource), scope));
        }

        try
        {
            return (revision, Store.ListAt(StoreName(resource), scope, revision));
        }
        catch (RevisionCompactedException e)
        {
            throw continued ? ApiErrors.ContinueExpired() : ApiErrors.Expired(e);
        }
    }

    private static long CountAfter(IEnumerable<StoredObject> all, StoreKey last) =>
        all.LongCount(stored => ContinueToken.Compare(stored.Key, last.Namespace, last.Name) > 0);

    private static long ParseResourceVersion(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw ApiErrors.BadRequest($"Invalid value: \"{text}\": resourceVersion must be a number");
    }

    private sealed record ContinueToken(long Revision, string Namespace, string Name)
    {
        public static int Compare(StoreKey key, string ns, string name)
        {
            var byNamespace = string.CompareOrdinal(key.Namespace, ns);
            return byNamespace != 0 ? byNamespace : string.CompareOrdinal(key.Name, name);
        }

        public static ContinueToken Decode(string text)
        {
            try
            {
                var json = JsonNode.Parse(Convert.FromBase64String(text)) as JsonObject;
                if (json.Integer("rv") is { } revision && json.String("ns") is { } ns && json.String("name") is { } name)
                {
                    return new(revision, ns, name);
                }
            }
            catch (Exception e) when (e is FormatException or JsonException)
            {
            }

            throw ApiErrors.BadRequest("continue key is not valid: it is not one this server gave out");
        }

        public string Encode() => Convert.ToBase64String(Encoding.UTF8.GetBytes(
            new JsonObject { ["rv"] = Revision, ["ns"] = Namespace, ["name"] = Name }.ToJsonString()));

        public bool Covers(StoreKey key) => Compare(key, Namespace, Name) <= 0;
    }
}
