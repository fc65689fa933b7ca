using System.Net;
using System.Net.Sockets;
using Inlet.Hardening.Tests.Harness;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>One of several endpoints fails in one of the ways endpoints fail, under load.</summary>
public sealed class FaultTests
{
    private static readonly ProxyOptions Options = new()
    {
        Loops = 1,
        ConnectTimeout = TimeSpan.FromMilliseconds(400),
        UpstreamReadTimeout = TimeSpan.FromMilliseconds(400),
    };

    [Fact]
    public async Task Endpoint_that_refuses_costs_no_request()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await AssertNothingFailsAsync(port);
    }

    [Fact]
    public async Task Endpoint_that_does_not_complete_connects_costs_no_request()
    {
        // A queue of one that nobody empties: the kernel drops what comes after, as a host that is gone would.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var port = ((IPEndPoint)full.LocalEndPoint!).Port;
        using var first = new TcpClient();
        await first.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        using var second = new TcpClient();
        _ = second.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken).AsTask().ContinueWith(static _ => { }, TaskScheduler.Default);
        await AssertNothingFailsAsync(port);
    }

    [Fact]
    public async Task Endpoint_that_hangs_costs_time_and_no_request_where_silence_is_retried()
    {
        await using var hung = new RawBackend(static async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.ReadExactlyAsync(1);
        });
        await AssertNothingFailsAsync(hung.Port);
    }

    [Fact]
    public async Task Endpoint_that_resets_before_its_answer_costs_no_request()
    {
        await using var resetting = new RawBackend(static async conversation =>
        {
            await conversation.ReadRequestAsync();
            conversation.Socket.LingerState = new LingerOption(true, 0);
        });
        await AssertNothingFailsAsync(resetting.Port);
    }

    [Fact]
    public async Task Endpoint_that_resets_inside_its_answers_is_left_out_and_no_half_answer_looks_whole()
    {
        await using var resetting = new RawBackend(static async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            conversation.Socket.LingerState = new LingerOption(true, 0);
        });
        var (load, proxy) = await RunAsync(resetting.Port);
        // As many as it takes to notice, and those that were under way just then.
        Assert.InRange(load.Truncated, 1, PassiveHealthPolicy.Default.MaxFailures + 8);
        Assert.Empty(load.Failed);
        Assert.InRange(proxy.Ejections, 1, 3);
    }

    [Fact]
    public async Task Endpoints_restarted_one_after_the_other_cost_no_request()
    {
        var backends = Enumerable.Range(0, 3).Select(static _ => RawBackend.Saying("ok")).ToList();
        await using var proxy = RunningProxy.To(backends[0], Options with { Loops = 2 });
        Publish();
        await using (var load = new Load(proxy.Server.HttpPort, 8))
        {
            for (var round = 0; round < 9; round++)
            {
                await load.GoOnAsync(100);
                var old = backends[round % 3];
                backends[round % 3] = RawBackend.Saying("ok");
                // As a Deployment does it: the new one is there before the old one is taken away and then stopped.
                Publish();
                await load.GoOnAsync(20);
                await old.DisposeAsync();
            }

            await load.GoOnAsync(100);
            await load.StopAsync();
            Assert.Empty(load.Failed);
            Assert.Equal(0, load.Truncated);
        }

        foreach (var backend in backends)
        {
            await backend.DisposeAsync();
        }

        void Publish() => proxy.Endpoints("app", [.. backends.Select(static backend => backend.Port)]);
    }

    [Fact]
    public async Task Endpoint_killed_in_the_middle_costs_no_idempotent_request()
    {
        var killed = RawBackend.Saying("ok");
        await using var good = RawBackend.Saying("ok");
        await using var proxy = RunningProxy.To(good, Options);
        proxy.Endpoints("app", good.Port, killed.Port);
        await using var load = new Load(proxy.Server.HttpPort, 8);
        await load.GoOnAsync(200);
        await killed.DisposeAsync();
        await load.GoOnAsync(500);
        await load.StopAsync();
        Assert.Empty(load.Failed);
        Assert.Equal(0, load.Truncated);
    }

    private static async Task AssertNothingFailsAsync(int faulty)
    {
        var (load, proxy) = await RunAsync(faulty);
        Assert.Empty(load.Failed);
        Assert.Equal(0, load.Truncated);
        Assert.True(proxy.Ejections > 0, "the faulty endpoint was never noticed");
    }

    /// <summary>Three good endpoints and the faulty one under eight clients.</summary>
    private static async Task<(Load Load, ProxyMetrics Metrics)> RunAsync(int faulty)
    {
        await using var first = RawBackend.Saying("ok");
        await using var second = RawBackend.Saying("ok");
        await using var third = RawBackend.Saying("ok");
        await using var proxy = new RunningProxy(Options);
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            Policies = new RoutePolicies { Retries = new RetryPolicy(RetryOn.Error | RetryOn.Timeout) },
        }));
        proxy.Endpoints("app", first.Port, faulty, second.Port, third.Port);
        await using var load = new Load(proxy.Server.HttpPort, 8);
        await load.GoOnAsync(1500);
        await load.StopAsync();
        return (load, proxy.Server.Metrics);
    }
}
