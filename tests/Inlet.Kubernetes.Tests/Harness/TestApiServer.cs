using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inlet.Kubernetes.Tests;

/// <summary>
/// As much of an API server as a client can be tested with: objects by URL, lists, watches, create, replace, merge patch,
/// delete, and ways to misbehave. Real HTTP on loopback.
/// </summary>
internal sealed class TestApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Collection, string Type, JsonObject Object)> _history = [];
    private readonly List<Channel<bool>> _watches = [];
    private readonly CancellationTokenSource _stop = new();
    private long _version = 1;
    private long _oldest;

    private TestApiServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Every request so far: <c>METHOD path?query</c>.</summary>
    public Channel<string> Requests { get; } = Channel.CreateUnbounded<string>();

    /// <summary>One entry for each watch from when <see cref="EndWatches"/> would end it.</summary>
    public Channel<string> WatchesOpened { get; } = Channel.CreateUnbounded<string>();

    /// <summary>Answers the next requests with this instead, first in first out.</summary>
    public Queue<Func<HttpContext, Task<bool>>> Interceptors { get; } = [];

    public int PageSize { get; set; } = int.MaxValue;

    public static async Task<TestApiServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var server = new TestApiServer(builder.Build());
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public HttpKubernetesApi Client() => new(new ClusterConnection { Server = Address });

    /// <summary>Creates or replaces an object as another client would.</summary>
    public JsonObject Put(ResourceType type, JsonObject obj)
    {
        obj["apiVersion"] = type.ApiVersion;
        obj["kind"] = type.Kind;
        lock (_lock)
        {
            return Store(type.Path(Namespace(type, obj)), obj);
        }
    }

    public void Delete(ResourceType type, string? ns, string name)
    {
        lock (_lock)
        {
            Drop(type.Path(ns), name);
        }
    }

    public JsonObject? Find(ResourceType type, string? ns, string name)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault($"{type.Path(ns)}/{name}")?.DeepClone() as JsonObject;
        }
    }

    public IReadOnlyList<JsonObject> All(ResourceType type)
    {
        lock (_lock)
        {
            return [.. _objects.Values.Where(obj => obj.String("kind") == type.Kind).Select(obj => (JsonObject)obj.DeepClone())];
        }
    }

    /// <summary>Forgets history: older watches are answered 410.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _oldest = _version;
        }
    }

    /// <summary>Ends every watch, as servers do now and then.</summary>
    public void EndWatches()
    {
        lock (_lock)
        {
            _watches.ForEach(watch => watch.Writer.TryComplete());
            _watches.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        EndWatches();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    public static async Task<bool> AnswerAsync(HttpContext context, int code, string reason, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["status"] = "Failure",
            ["code"] = code,
            ["reason"] = reason,
            ["message"] = message,
            ["details"] = new JsonObject { ["kind"] = "tests" },
        }.ToJsonString());
        return true;
    }

    private async Task HandleAsync(HttpContext context)
    {
        Requests.Writer.TryWrite($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        Func<HttpContext, Task<bool>>? interceptor;
        lock (_lock)
        {
            Interceptors.TryDequeue(out interceptor);
        }

        if (interceptor is not null && await interceptor(context))
        {
            return;
        }

        var path = context.Request.Path.Value!;
        var body = context.Request.Method is "POST" or "PUT" or "PATCH" or "DELETE"
            ? await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject
            : null;
        switch (context.Request.Method)
        {
            case "GET" when context.Request.Query["watch"] == "1":
                await WatchAsync(context, path);
                break;
            case "GET" when IsCollection(path):
                await ListAsync(context, path);
                break;
            default:
                await OneAsync(context, path, body);
                break;
        }
    }

    private async Task OneAsync(HttpContext context, string path, JsonObject? body)
    {
        path = path.EndsWith("/status", StringComparison.Ordinal) ? path[..^"/status".Length] : path;
        JsonObject? answer = null;
        var conflict = false;
        lock (_lock)
        {
            _objects.TryGetValue(path, out var known);
            switch (context.Request.Method)
            {
                case "POST":
                    conflict = _objects.ContainsKey($"{path}/{body!.Name()}");
                    answer = conflict ? null : Store(path, body!);
                    break;
                case "GET":
                    answer = known;
                    break;
                case "PUT" when known is not null:
                    answer = Store(path[..path.LastIndexOf('/')], body!);
                    break;
                case "PATCH" when known is not null:
                    answer = Store(path[..path.LastIndexOf('/')], Merge((JsonObject)known.DeepClone(), body!));
                    break;
                case "DELETE" when known is not null:
                    answer = known;
                    Drop(path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
                    break;
                default:
                    break;
            }

            answer = answer?.DeepClone() as JsonObject;
        }

        if (answer is null)
        {
            await AnswerAsync(context, conflict ? 409 : 404, conflict ? "AlreadyExists" : "NotFound", $"{path} {(conflict ? "already exists" : "not found")}");
            return;
        }

        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private async Task ListAsync(HttpContext context, string path)
    {
        var start = int.Parse(context.Request.Query["continue"].FirstOrDefault() ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        var items = new JsonArray();
        long version;
        var more = "";
        lock (_lock)
        {
            version = _version;
            var all = _objects.Where(entry => Belongs(path, entry.Key)).Select(entry => entry.Value).ToList();
            foreach (var obj in all.Skip(start).Take(PageSize))
            {
                var item = (JsonObject)obj.DeepClone();
                item.Remove("kind");
                item.Remove("apiVersion");
                items.Add(item);
            }

            more = start + items.Count < all.Count ? $"{start + items.Count}" : "";
        }

        await context.Response.WriteAsync(
            new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}", ["continue"] = more }, ["items"] = items }.ToJsonString());
    }

    private async Task WatchAsync(HttpContext context, string path)
    {
        var seen = long.Parse(context.Request.Query["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
        var signal = Channel.CreateUnbounded<bool>();
        bool tooOld;
        lock (_lock)
        {
            tooOld = seen < _oldest;
            _watches.Add(signal);
        }

        if (tooOld)
        {
            await AnswerAsync(context, 410, "Expired", "too old resource version");
            return;
        }

        WatchesOpened.Writer.TryWrite(path);
        await context.Response.StartAsync(context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        signal.Writer.TryWrite(true);
        try
        {
            await foreach (var _ in signal.Reader.ReadAllAsync(context.RequestAborted))
            {
                List<(long Version, string Collection, string Type, JsonObject Object)> events;
                lock (_lock)
                {
                    events = [.. _history.Where(change => change.Version > seen && (Belongs(path, change.Collection + "/x") || change.Type == "BOOKMARK"))];
                }

                foreach (var change in events)
                {
                    seen = change.Version;
                    await context.Response.WriteAsync(
                        new JsonObject { ["type"] = change.Type, ["object"] = change.Object.DeepClone() }.ToJsonString() + "\n", context.RequestAborted);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private JsonObject Store(string collection, JsonObject obj)
    {
        var key = $"{collection}/{obj.Name()}";
        var isNew = !_objects.TryGetValue(key, out var known);
        var stored = (JsonObject)obj.DeepClone();
        var metadata = stored.GetOrAddObject("metadata");
        metadata["resourceVersion"] = $"{++_version}";
        metadata["uid"] = isNew ? $"uid-{_version}" : known!.Uid();
        metadata["creationTimestamp"] ??= "2026-01-01T00:00:00Z";
        _objects[key] = stored;
        Tell(collection, isNew ? "ADDED" : "MODIFIED", stored);
        return stored;
    }

    private void Drop(string collection, string name)
    {
        if (_objects.Remove($"{collection}/{name}", out var gone))
        {
            gone.Metadata()!["resourceVersion"] = $"{++_version}";
            Tell(collection, "DELETED", gone);
        }
    }

    private void Tell(string collection, string type, JsonObject obj)
    {
        _history.Add((_version, collection, type, (JsonObject)obj.DeepClone()));
        _watches.ForEach(watch => watch.Writer.TryWrite(true));
    }

    private static string? Namespace(ResourceType type, JsonObject obj) => type.Namespaced ? obj.Namespace() : null;

    private static bool IsCollection(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var behind = segments[0] == "api" ? 2 : 3;
        return segments.Length == behind + 1 || (segments.Length == behind + 3 && segments[behind] == "namespaces");
    }

    /// <summary>Whether an object's path lies in a collection, which may span all namespaces.</summary>
    private static bool Belongs(string collection, string path)
    {
        var segments = path.Split('/');
        var namespaces = Array.IndexOf(segments, "namespaces");
        var acrossNamespaces = namespaces >= 0 && segments.Length > namespaces + 3
            ? string.Join('/', segments[..namespaces]) + "/" + segments[namespaces + 2]
            : null;
        return path[..path.LastIndexOf('/')] == collection || acrossNamespaces == collection;
    }

    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else
            {
                target[key] = value is JsonObject child && target[key] is JsonObject existing ? Merge((JsonObject)existing.DeepClone(), child) : value.DeepClone();
            }
        }

        return target;
    }
}
