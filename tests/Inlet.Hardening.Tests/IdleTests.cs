using Inlet.Hardening.Tests.Harness;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>The program as users run it, with many visitors who stay and say nothing.</summary>
public sealed class IdleTests
{
    private const int Connections = 10_000;
    private const int Descriptors = 300;

    [Fact]
    public async Task Ten_thousand_idle_connections_are_kept_within_their_budget()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var inlet = await InletController.StartAsync(backend.Port, []);
        var clients = new List<RawClient>(Connections);
        try
        {
            // The buffers and the pool of the usual amount, before they are counted.
            await OpenAsync(inlet, clients, 200);
            var before = inlet.Resident();
            await OpenAsync(inlet, clients, Connections - clients.Count);
            Assert.InRange(inlet.Resident() - before, 0, 30 << 20);
            // Each of them is still there.
            foreach (var client in clients.Where(static (_, index) => index % 100 == 0))
            {
                Assert.Equal(200, (await client.GetAsync()).Status);
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task Process_out_of_descriptors_lets_new_connections_wait_and_idle_ones_go()
    {
        await using var backend = RawBackend.Saying("ok");
        // The limit on connections is above what the process may have open: the kernel refuses first.
        await using var inlet = await InletController.StartAsync(
            backend.Port, ["prlimit", $"--nofile={Descriptors}:{Descriptors}"], "--loops", "1", "--max-connections", "100000");
        var clients = new List<RawClient>();
        try
        {
            // Far more than fit, all of them kept open on their side: each waits until others have been closed, and is served.
            await OpenAsync(inlet, clients, Descriptors * 3);
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        Assert.Contains("Too many open files", inlet.Log, StringComparison.Ordinal);
        Assert.InRange(inlet.Log.Split("Cannot accept connections").Length - 1, 1, 5);
        await inlet.ServingAsync();
    }

    private static async Task OpenAsync(InletController inlet, List<RawClient> clients, int count)
    {
        for (var opened = 0; opened < count; opened++)
        {
            clients.Add(await RawClient.ConnectAsync(inlet.Port));
            Assert.Equal(200, (await clients[^1].GetAsync().WaitAsync(TimeSpan.FromSeconds(30))).Status);
        }
    }
}
