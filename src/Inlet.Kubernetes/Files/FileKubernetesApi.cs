using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Inlet.Kubernetes;

/// <summary>
/// The objects of watched files, in the shape of a Kubernetes API: lists, and watches that follow the files. Writing is
/// refused by name. The files are the truth: nothing here outlives them.
/// </summary>
public sealed class FileKubernetesApi : IKubernetesApi, IAsyncDisposable
{
    // Editors write in several steps; reading in between would see half a file. The ceiling keeps a file that is written
    // without pause from never being read.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Ceiling = TimeSpan.FromMilliseconds(200);

    // Some editors empty a file, or move it away, before they write the new one. Believing that at once would drop routes.
    private static readonly TimeSpan LossGrace = TimeSpan.FromSeconds(1);

    private readonly ManifestFiles _files;
    private readonly DirectoryWatch _watch;
    private readonly TimeProvider _time;
    private readonly Action<FileProblem>? _onProblem;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Watcher> _watchers = [];
    private Dictionary<(ResourceType Type, ObjectKey Key), JsonObject> _objects = [];
    private HashSet<FileProblem> _problems = [];
    private long _version;
    private Task _following = Task.CompletedTask;

    private FileKubernetesApi(IReadOnlyList<string> paths, TimeProvider time, Action<FileProblem>? onProblem)
    {
        _files = new ManifestFiles(paths);
        _time = time;
        _onProblem = onProblem;
        _watch = new DirectoryWatch(paths);
    }

    /// <summary>Reads the files and follows them from then on.</summary>
    /// <param name="paths">Files and directories.</param>
    /// <param name="onProblem">Told once of each problem, from the reading thread: a file that does not parse, an object nobody uses, a name twice.</param>
    /// <exception cref="ManifestException">A path does not exist.</exception>
    /// <exception cref="IOException">The system grants no file watches; the message names the remedy.</exception>
    public static FileKubernetesApi Start(IReadOnlyList<string> paths, TimeProvider time, Action<FileProblem>? onProblem)
    {
        foreach (var path in paths.Where(path => !Path.Exists(path)))
        {
            throw new ManifestException(path, 0, 0, "no such file or directory");
        }

        var api = new FileKubernetesApi(paths, time, onProblem);
        // Watching starts before reading: a change in between is then seen twice rather than never.
        api._watch.Start();
        api.Reread(acceptLoss: true);
        api._following = Task.Run(api.FollowAsync);
        return api;
    }

    public Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _objects.TryGetValue((type, new ObjectKey(ns ?? "", name)), out var obj)
                ? Task.FromResult((JsonObject)obj.DeepClone())
                : throw new KubernetesApiException(404, "NotFound", $"{type} \"{name}\" not found");
        }
    }

    public Task<ResourceList> ListAsync(ResourceType type, string? ns, ListQuery query, CancellationToken cancellationToken)
    {
        var filter = new Filter(type, ns, query);
        lock (_lock)
        {
            var items = _objects.Where(entry => entry.Key.Type == type && filter.Matches(entry.Value)).Select(entry => (JsonObject)entry.Value.DeepClone());
            return Task.FromResult(new ResourceList([.. items], Version(_version)));
        }
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListQuery query, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = new Watcher(new Filter(type, ns, query));
        lock (_lock)
        {
            // There is no history: whoever missed a change lists again.
            if (resourceVersion != Version(_version))
            {
                throw new KubernetesApiException(410, "Expired", "the files have changed since this version");
            }

            _watchers.Add(watcher);
        }

        try
        {
            await foreach (var change in watcher.Events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(watcher);
            }
        }
    }

    public Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) =>
        throw ReadOnly(type);

    public Task<JsonObject> ReplaceAsync(
        ResourceType type, string? ns, string name, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) => throw ReadOnly(type);

    public Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, PatchKind kind, JsonNode patch, WriteQuery query, CancellationToken cancellationToken) =>
        throw ReadOnly(type);

    public Task DeleteAsync(ResourceType type, string? ns, string name, DeleteQuery query, CancellationToken cancellationToken) => throw ReadOnly(type);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _watch.Dispose();
        await _following;
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        try
        {
            long? lostSince = null;
            while (true)
            {
                var acceptLoss = false;
                if (lostSince is not { } since)
                {
                    await _watch.WaitAsync(_stop.Token);
                }
                else
                {
                    var left = LossGrace - _time.GetElapsedTime(since);
                    acceptLoss = left <= TimeSpan.Zero || !await _watch.WaitAsync(left, _time, _stop.Token);
                }

                await SettleAsync();
                Reread(acceptLoss);
                lostSince = _files.AwaitsContent ? lostSince ?? _time.GetTimestamp() : null;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task SettleAsync()
    {
        var started = _time.GetTimestamp();
        while (await _watch.WaitAsync(Quiet, _time, _stop.Token) && _time.GetElapsedTime(started) < Ceiling)
        {
        }
    }

    private void Reread(bool acceptLoss)
    {
        _files.Read(acceptLoss);
        var (objects, problems) = _files.Collect();
        Publish(objects);
        foreach (var problem in problems.Where(problem => !_problems.Contains(problem)))
        {
            _onProblem?.Invoke(problem);
        }

        _problems = [.. problems];
    }

    private void Publish(Dictionary<(ResourceType Type, ObjectKey Key), ManifestObject> wanted)
    {
        // Guards objects, version and watchers: a list and the watch from its version must fit together.
        lock (_lock)
        {
            var next = new Dictionary<(ResourceType, ObjectKey), JsonObject>(wanted.Count);
            foreach (var (id, manifest) in wanted)
            {
                var isKnown = _objects.TryGetValue(id, out var known);
                if (isKnown && SameButVersion(known!, manifest.Object))
                {
                    next[id] = known!;
                    continue;
                }

                var obj = (JsonObject)manifest.Object.DeepClone();
                obj.GetOrAddObject("metadata")["resourceVersion"] = Version(++_version);
                next[id] = obj;
                Tell(id.Type, isKnown ? WatchEventType.Modified : WatchEventType.Added, obj);
            }

            foreach (var (id, gone) in _objects.Where(entry => !next.ContainsKey(entry.Key)))
            {
                var last = (JsonObject)gone.DeepClone();
                last.GetOrAddObject("metadata")["resourceVersion"] = Version(++_version);
                Tell(id.Type, WatchEventType.Deleted, last);
            }

            _objects = next;
        }
    }

    private void Tell(ResourceType type, WatchEventType kind, JsonObject obj)
    {
        foreach (var watcher in _watchers)
        {
            var isOther = watcher.Filter.Type != type;
            // Others learn the version only, so that their next watch starts where this one is.
            var about = isOther ? new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = obj.ResourceVersion() } } : (JsonObject)obj.DeepClone();
            if (isOther || watcher.Filter.Matches(obj))
            {
                watcher.Events.Writer.TryWrite(new WatchEvent(isOther ? WatchEventType.Bookmark : kind, about));
            }
        }
    }

    private static bool SameButVersion(JsonObject known, JsonObject manifest)
    {
        var version = known.Metadata()!["resourceVersion"];
        known.Metadata()!.Remove("resourceVersion");
        var own = manifest.Metadata()!["resourceVersion"];
        manifest.Metadata()!.Remove("resourceVersion");
        var same = JsonNode.DeepEquals(known, manifest);
        known.Metadata()!["resourceVersion"] = version;
        if (own is not null)
        {
            manifest.Metadata()!["resourceVersion"] = own;
        }

        return same;
    }

    private static string Version(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static KubernetesApiException ReadOnly(ResourceType type) =>
        new(405, "MethodNotAllowed", $"{type} come from files and cannot be written; edit the files");

    private sealed record Filter(ResourceType Type, string? Namespace, LabelSelector Labels, FieldSelector Fields)
    {
        public Filter(ResourceType type, string? ns, ListQuery query)
            : this(type, ns, LabelSelector.Parse(query.LabelSelector ?? ""), FieldSelector.Parse(query.FieldSelector ?? ""))
        {
        }

        public bool Matches(JsonObject obj) =>
            (string.IsNullOrEmpty(Namespace) || obj.Namespace() == Namespace) && Labels.Matches(obj.Labels()) && Fields.Matches(field => Field(obj, field));

        private static string Field(JsonObject obj, string field) => field switch
        {
            "metadata.name" => obj.Name(),
            "metadata.namespace" => obj.Namespace(),
            "type" => obj.String("type") ?? "",
            _ => throw new KubernetesApiException(400, "BadRequest", $"field label not supported: {field}"),
        };
    }

    private sealed record Watcher(Filter Filter)
    {
        public Channel<WatchEvent> Events { get; } = Channel.CreateUnbounded<WatchEvent>(new UnboundedChannelOptions { SingleReader = true });
    }
}
