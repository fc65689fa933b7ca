using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Inlet.Kubernetes.Tests;

public sealed class ObjectCacheTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_list_then_every_change_is_delivered_in_order()
    {
        await using var run = await Run.StartAsync(server => server.Put(ResourceTypes.Services, Named("a")));
        Assert.Equal(["Put a", "Synced"], await run.TakeAsync(2));

        run.Server.Put(ResourceTypes.Services, Named("b"));
        run.Server.Put(ResourceTypes.Services, Named("a"));
        run.Server.Delete(ResourceTypes.Services, "ns", "b");
        Assert.Equal(["Put b", "Put a", "Removed b"], await run.TakeAsync(3));
    }

    [Fact]
    public async Task Watch_that_ends_goes_on_from_the_last_version_without_a_list()
    {
        await using var run = await Run.StartAsync();
        Assert.Equal(["Synced"], await run.TakeAsync(1));
        run.Server.Put(ResourceTypes.Services, Named("a"));
        Assert.Equal(["Put a"], await run.TakeAsync(1));

        await run.EndWatchAsync();
        run.Server.Put(ResourceTypes.Services, Named("b"));
        Assert.Equal(["Put b"], await run.TakeAsync(1));

        Assert.Equal(1, (await run.RequestsAsync()).Count(request => request.Contains("limit=", StringComparison.Ordinal)));
        Assert.Empty(run.Failures);
    }

    [Fact]
    public async Task Version_that_is_too_old_lists_again_and_delivers_the_difference()
    {
        await using var run = await Run.StartAsync(server =>
        {
            server.Put(ResourceTypes.Services, Named("kept"));
            server.Put(ResourceTypes.Services, Named("gone"));
            server.Put(ResourceTypes.Services, Named("changed"));
        });
        Assert.Equal(["Put changed", "Put gone", "Put kept", "Synced"], await run.TakeAsync(4));

        // While the cache is not looking: the watch is refused once, and by then the history is gone.
        run.Server.Interceptors.Enqueue(context =>
        {
            run.Server.Delete(ResourceTypes.Services, "ns", "gone");
            run.Server.Put(ResourceTypes.Services, Named("changed"));
            run.Server.Put(ResourceTypes.Services, Named("new"));
            run.Server.Compact();
            return TestApiServer.AnswerAsync(context, 410, "Expired", "too old resource version");
        });
        await run.EndWatchAsync();

        Assert.Equal(["Put changed", "Put new", "Removed gone"], await run.TakeAsync(3));
        Assert.Empty(run.Failures);
    }

    [Fact]
    public async Task Failures_are_told_and_waited_out()
    {
        await using var run = await Run.StartAsync(server =>
        {
            server.Interceptors.Enqueue(context => TestApiServer.AnswerAsync(context, 403, "Forbidden", "not you"));
            server.Interceptors.Enqueue(context => TestApiServer.AnswerAsync(context, 500, "InternalError", "oops"));
            server.Put(ResourceTypes.Services, Named("a"));
        });

        Assert.Equal(["Put a", "Synced"], await run.TakeAsync(2));
        Assert.Equal(["not you", "oops"], run.Failures);
    }

    [Fact]
    public async Task Watch_refused_for_its_version_lists_again()
    {
        await using var run = await Run.StartAsync();
        Assert.Equal(["Synced"], await run.TakeAsync(1));

        run.Server.Interceptors.Enqueue(context => TestApiServer.AnswerAsync(context, 504, "Timeout", "Too large resource version"));
        await run.EndWatchAsync();
        run.Server.Put(ResourceTypes.Services, Named("a"));

        Assert.Equal(["Put a"], await run.TakeAsync(1));
        Assert.Equal(["Too large resource version"], run.Failures);
    }

    [Fact]
    public async Task Nothing_is_asked_while_nothing_changes()
    {
        await using var run = await Run.StartAsync();
        Assert.Equal(["Synced"], await run.TakeAsync(1));
        run.Server.Put(ResourceTypes.Services, Named("a"));
        Assert.Equal(["Put a"], await run.TakeAsync(1));

        Assert.Equal(2, (await run.RequestsAsync()).Count);
    }

    [Fact]
    public async Task Other_namespaces_are_not_seen()
    {
        await using var run = await Run.StartAsync(ns: "ns");
        Assert.Equal(["Synced"], await run.TakeAsync(1));
        run.Server.Put(ResourceTypes.Services, Named("elsewhere", "other"));
        run.Server.Put(ResourceTypes.Services, Named("here"));

        Assert.Equal(["Put here"], await run.TakeAsync(1));
    }

    private static JsonObject Named(string name, string ns = "ns") => new() { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns } };

    private sealed class Run : IAsyncDisposable
    {
        private readonly Channel<CacheChange> _changes = Channel.CreateUnbounded<CacheChange>();
        private readonly CancellationTokenSource _stop = new();
        private readonly HttpKubernetesApi _api;
        private readonly Task _running;

        private Run(TestApiServer server, string? ns)
        {
            Server = server;
            _api = server.Client();
            var cache = new ObjectCache(_api, ResourceTypes.Services, ns, ListQuery.All, TimeProvider.System, (_, failure) => Failures.Add(failure.Message));
            _running = cache.RunAsync(change => _changes.Writer.TryWrite(change), _stop.Token);
        }

        public TestApiServer Server { get; }

        public List<string> Failures { get; } = [];

        public static async Task<Run> StartAsync(Action<TestApiServer>? before = null, string? ns = null)
        {
            var server = await TestApiServer.StartAsync();
            before?.Invoke(server);
            return new Run(server, ns);
        }

        public async Task<List<string>> TakeAsync(int count)
        {
            var taken = new List<string>();
            while (taken.Count < count)
            {
                var change = await _changes.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
                taken.Add(change.Kind == CacheChangeKind.Synced ? "Synced" : $"{change.Kind} {change.Key.Name}");
            }

            return taken;
        }

        public async Task EndWatchAsync()
        {
            await Server.WatchesOpened.Reader.ReadAsync(Cancellation);
            Server.EndWatches();
        }

        public async Task<List<string>> RequestsAsync()
        {
            Server.Requests.Writer.TryComplete();
            return await Server.Requests.Reader.ReadAllAsync(Cancellation).ToListAsync(Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            _api.Dispose();
            await Server.DisposeAsync();
            _stop.Dispose();
        }
    }
}
