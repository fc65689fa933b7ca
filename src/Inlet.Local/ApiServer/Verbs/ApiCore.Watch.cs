using System.Runtime.CompilerServices;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>The query of a watch. A null means the parameter was not given.</summary>
internal sealed record WatchOptions
{
    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Null, empty or <c>0</c>: the present state first, as ADDED events.</summary>
    public string? ResourceVersion { get; init; }

    public bool AllowBookmarks { get; init; }

    public bool? SendInitialEvents { get; init; }

    /// <summary>The watch ends, normally, after so long.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);
}

/// <param name="Object">Null for a bookmark.</param>
/// <param name="Revision">The write's, or where a bookmark stands.</param>
/// <param name="EndsInitialEvents">On the bookmark that closes the present state of <c>sendInitialEvents</c>.</param>
internal sealed record CoreWatchEvent(WatchEventType Type, StoredObject? Object, long Revision, bool EndsInitialEvents = false);

public sealed partial class ApiCore
{
    /// <summary>
    /// Checks the request and takes its place in the event log before it returns, so that refusals come as exceptions of
    /// this call and nothing written after it is missed.
    /// </summary>
    /// <exception cref="KubernetesApiException">400, or 410 when the resource version is older than the history kept, or never was.</exception>
    internal IAsyncEnumerable<CoreWatchEvent> Watch(ServedResource resource, string? ns, WatchOptions options, CancellationToken cancellationToken)
    {
        RequireVerb(resource, "watch");
        var filter = ObjectFilter.Parse(resource, options.LabelSelector, options.FieldSelector);
        var from = ParseResourceVersion(options.ResourceVersion);
        var state = Store.State;
        if (from > state.Revision)
        {
            throw ApiErrors.FromTheFuture(from, state.Revision);
        }

        var initial = options.SendInitialEvents ?? from == 0;
        if (initial || from == 0)
        {
            from = state.Revision;
        }

        var scope = resource.Definition.Type.Namespaced ? ns : "";
        try
        {
            var cursor = Store.Watch(StoreName(resource), from);
            var present = initial ? state.List(StoreName(resource), scope).Where(filter.Matches) : [];
            return Events(cursor, present, from, scope, filter, options, cancellationToken);
        }
        catch (RevisionCompactedException e)
        {
            throw ApiErrors.Expired(e);
        }
    }

    private async IAsyncEnumerable<CoreWatchEvent> Events(
        EventCursor cursor, IEnumerable<StoredObject> present, long from, string? scope, ObjectFilter filter, WatchOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ends = Time.GetUtcNow() + options.Timeout;
        foreach (var stored in present)
        {
            yield return new(WatchEventType.Added, stored, stored.Revision);
        }

        if (options.SendInitialEvents == true && options.AllowBookmarks)
        {
            yield return new(WatchEventType.Bookmark, null, from, EndsInitialEvents: true);
        }

        var bookmarkAt = Time.GetUtcNow() + Options.BookmarkInterval;
        while (true)
        {
            // Read before draining: everything up to here has been handed out when the cursor is empty.
            var published = Math.Max(from, cursor.Published);
            while (Next(cursor) is { } e)
            {
                if (Project(e, scope, filter) is { } projected)
                {
                    yield return projected;
                }
            }

            var now = Time.GetUtcNow();
            if (now >= ends)
            {
                yield break;
            }

            if (options.AllowBookmarks && now >= bookmarkAt)
            {
                yield return new(WatchEventType.Bookmark, null, published);
                bookmarkAt = now + Options.BookmarkInterval;
            }

            var until = options.AllowBookmarks && bookmarkAt < ends ? bookmarkAt : ends;
            await cursor.WaitAsync(until - now, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static StoreEvent? Next(EventCursor cursor)
    {
        try
        {
            return cursor.TryRead(out var e) ? e : null;
        }
        catch (RevisionCompactedException e)
        {
            throw ApiErrors.Expired(e);
        }
    }

    // To a watch with a selector, an object that starts or stops matching is added or deleted.
    private static CoreWatchEvent? Project(StoreEvent e, string? scope, ObjectFilter filter)
    {
        if (scope is not null && e.Object.Key.Namespace != scope)
        {
            return null;
        }

        var before = e.Previous is not null && filter.Matches(e.Previous);
        var after = e.Type != StoreEventType.Deleted && filter.Matches(e.Object);
        return (before, after) switch
        {
            (false, true) => new(WatchEventType.Added, e.Object, e.Revision),
            (true, true) => new(WatchEventType.Modified, e.Object, e.Revision),
            (true, false) when e.Type == StoreEventType.Deleted => new(WatchEventType.Deleted, e.Object, e.Revision),
            (true, false) => new(WatchEventType.Deleted, e.Previous!.At(e.Revision), e.Revision),
            _ => null,
        };
    }
}
