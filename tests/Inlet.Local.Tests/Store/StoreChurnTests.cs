using System.Text.Json.Nodes;

using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.Store;

/// <summary>What a cluster writes day and night without anybody's doing.</summary>
public sealed class StoreChurnTests
{
    private const int RenewalsOfADay = 24 * 60 * 6;
    private const int EventsOfADay = 5_000;
    private const long LargestDatabase = 20 * 1024 * 1024;

    [Fact]
    public async Task Day_of_lease_renewals_and_events_leaves_the_database_under_20_megabytes()
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Open(Path.Combine(directory.Path, "data"));
        await using (var store = ObjectStore.Open(data))
        {
            await Task.WhenAll(RenewAsync(store, "node"), RenewAsync(store, "controller"), EventsAsync(store));
            Assert.Equal(2, store.State.List("leases", null).Count());
            Assert.Empty(store.State.List("events", null));
        }

        var bytes = new DirectoryInfo(data.Path).EnumerateFiles("store.db*").Sum(f => f.Length);
        Assert.True(bytes < LargestDatabase, $"the database has {bytes} bytes");
    }

    private static async Task RenewAsync(ObjectStore store, string name)
    {
        var key = new StoreKey("leases", "kube-node-lease", name);
        var revision = (await store.CreateAsync(key, Lease(name, 0), default)).Revision;
        for (var i = 1; i < RenewalsOfADay; i++)
        {
            revision = (await store.UpdateAsync(key, Lease(name, i), revision, default)).Revision;
        }
    }

    private static async Task EventsAsync(ObjectStore store)
    {
        for (var i = 0; i < EventsOfADay; i++)
        {
            var key = new StoreKey("events", "default", $"event-{i}");
            var made = await store.CreateAsync(key, Event(key.Name), default);
            await store.DeleteAsync(key, Event(key.Name), made.Revision, default);
        }
    }

    private static JsonObject Lease(string name, int renewal) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "kube-node-lease" },
        ["spec"] = new JsonObject { ["holderIdentity"] = name, ["leaseDurationSeconds"] = 40, ["renewTime"] = $"2026-01-01T00:00:00.{renewal:D6}Z" },
    };

    private static JsonObject Event(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
        ["message"] = new string('m', 400),
    };
}
