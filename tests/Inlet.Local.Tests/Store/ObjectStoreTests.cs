using System.Text.Json.Nodes;

using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.Store;

public sealed class ObjectStoreTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private DataDirectory? _data;
    private ObjectStore? _store;

    private ObjectStore Store => _store!;

    public ValueTask InitializeAsync()
    {
        Open(new());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Objects_and_revisions_outlive_a_restart()
    {
        var a = await CreateAsync("a");
        var b = await CreateAsync("b");
        await Store.DeleteAsync(b.Key, b.Copy(), b.Revision, CancellationToken.None);
        var changed = await Store.UpdateAsync(a.Key, Body("2"), a.Revision, CancellationToken.None);

        await ReopenAsync(new());
        Assert.Equal(changed.Revision, Store.Revision);
        Assert.Equal("2", Store.Find(a.Key)!.Object["value"]!.GetValue<string>());
        Assert.Null(Store.Find(b.Key));
        Assert.Equal(changed.Revision + 1, (await CreateAsync("c")).Revision);
    }

    [Fact]
    public async Task Revision_of_the_last_write_is_not_used_again_when_its_object_is_gone_and_compacted()
    {
        await ReopenAsync(new() { HistoryEvents = 0, HistoryBytes = 0 });
        for (var i = 0; i < 300; i++)
        {
            var stored = await CreateAsync("a");
            await Store.DeleteAsync(stored.Key, stored.Copy(), stored.Revision, CancellationToken.None);
        }

        Assert.True(Store.Compacted > 0);
        var last = Store.Revision;
        await ReopenAsync(new() { HistoryEvents = 0, HistoryBytes = 0 });
        Assert.Equal(last, Store.Revision);
        Assert.Equal(last + 1, (await CreateAsync("a")).Revision);
    }

    [Fact]
    public async Task Write_at_another_revision_than_expected_is_refused_with_what_is_there()
    {
        var a = await CreateAsync("a");
        var exists = await Assert.ThrowsAsync<StoreConflictException>(() => CreateAsync("a"));
        Assert.Equal(a.Revision, exists.Actual!.Revision);
        await Store.UpdateAsync(a.Key, Body("2"), a.Revision, CancellationToken.None);
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.UpdateAsync(a.Key, Body("3"), a.Revision, CancellationToken.None));
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.DeleteAsync(a.Key, Body("3"), a.Revision, CancellationToken.None));
        var missing = await Assert.ThrowsAsync<StoreConflictException>(
            () => Store.UpdateAsync(new("things", "ns", "none"), Body("1"), 7, CancellationToken.None));
        Assert.Null(missing.Actual);
    }

    [Fact]
    public async Task Concurrent_writers_of_one_object_take_turns_and_lose_nothing()
    {
        var key = (await CreateAsync("counter", "0")).Key;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 25; i++)
            {
                await IncrementAsync(key);
            }
        }));
        Assert.Equal("200", Store.Find(key)!.Object["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Watch_sees_its_resources_writes_in_order_and_wakes_for_the_next()
    {
        var from = Store.Revision;
        var cursor = Store.Watch("things", from);
        Assert.False(cursor.TryRead(out _));
        var a = await CreateAsync("a");
        await Store.CreateAsync(new("others", "ns", "x"), Body("1"), CancellationToken.None);
        await Store.UpdateAsync(a.Key, Body("2"), a.Revision, CancellationToken.None);
        Assert.True(cursor.TryRead(out var first));
        Assert.True(cursor.TryRead(out var second));
        Assert.Equal((StoreEventType.Added, StoreEventType.Modified), (first.Type, second.Type));
        Assert.Equal(a.Revision, second.Previous!.Revision);
        Assert.False(cursor.TryRead(out _));

        var wait = cursor.WaitAsync(CancellationToken.None);
        Assert.False(wait.IsCompleted);
        await CreateAsync("b");
        await wait.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(cursor.TryRead(out var third));
        Assert.Equal("b", third.Object.Key.Name);
    }

    [Fact]
    public async Task Watch_from_before_the_kept_history_is_refused_and_a_slow_one_is_told()
    {
        await ReopenAsync(new() { HistoryEvents = 10 });
        var slow = Store.Watch("things", Store.Revision);
        for (var i = 0; i < 400; i++)
        {
            await CreateAsync($"t{i}");
        }

        Assert.Throws<RevisionCompactedException>(() => Store.Watch("things", 1));
        Assert.Throws<RevisionCompactedException>(() => slow.TryRead(out _));
        Assert.Equal(400, Store.State.Count("things"));
    }

    [Fact]
    public async Task Past_state_is_listed_as_it_was()
    {
        var a = await CreateAsync("a", "1");
        var b = await CreateAsync("b", "1");
        var then = Store.Revision;
        await Store.UpdateAsync(a.Key, Body("2"), a.Revision, CancellationToken.None);
        await Store.DeleteAsync(b.Key, b.Copy(), b.Revision, CancellationToken.None);
        await CreateAsync("c");
        var past = Store.ListAt("things", "ns", then);
        Assert.Equal(["a", "b"], past.Select(o => o.Key.Name));
        Assert.Equal("1", past[0].Object["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task Database_stays_bounded_under_endless_updates_of_one_object()
    {
        await ReopenAsync(new() { HistoryEvents = 100, HistoryBytes = 64 * 1024 });
        var stored = await CreateAsync("lease", new string('x', 1024));
        for (var i = 0; i < 5000; i++)
        {
            stored = await Store.UpdateAsync(stored.Key, Body(new string('y', 1024)), stored.Revision, CancellationToken.None);
        }

        await CloseAsync();
        var bytes = Directory.GetFiles(_directory.File("data"), "store.db*").Sum(f => new FileInfo(f).Length);
        Assert.True(bytes < 2 * 1024 * 1024, $"{bytes} bytes after 5 MiB of updates");
    }

    [Fact]
    public void Second_process_on_a_data_directory_is_refused_in_words()
    {
        var e = Assert.Throws<StoreUnusableException>(() => DataDirectory.Open(_directory.File("data")));
        Assert.Contains("is in use by another inlet", e.Message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_no_database_is_refused_in_words()
    {
        await CloseAsync();
        File.WriteAllText(_directory.File("data/store.db"), new string('x', 8192));
        using var data = DataDirectory.Open(_directory.File("data"));
        var e = Assert.Throws<StoreUnusableException>(() => ObjectStore.Open(data));
        Assert.Contains("store.db", e.Message, StringComparison.Ordinal);
    }

    private async Task IncrementAsync(StoreKey key)
    {
        while (true)
        {
            var stored = Store.Find(key)!;
            var next = int.Parse(stored.Object["value"]!.GetValue<string>()) + 1;
            try
            {
                await Store.UpdateAsync(key, Body($"{next}"), stored.Revision, CancellationToken.None);
                return;
            }
            catch (StoreConflictException)
            {
                // Another writer was first.
            }
        }
    }

    private Task<StoredObject> CreateAsync(string name, string value = "1") =>
        Store.CreateAsync(new("things", "ns", name), Body(value), CancellationToken.None);

    private static JsonObject Body(string value) => new() { ["metadata"] = new JsonObject(), ["value"] = value };

    private void Open(ObjectStoreOptions options)
    {
        _data = DataDirectory.Open(_directory.File("data"));
        _store = ObjectStore.Open(_data, options);
    }

    private async Task ReopenAsync(ObjectStoreOptions options)
    {
        await CloseAsync();
        Open(options);
    }

    private async Task CloseAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            _store = null;
        }

        _data?.Dispose();
        _data = null;
    }
}
