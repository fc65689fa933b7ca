using System.Net;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

/// <summary>The ways to choose an endpoint, over a real proxy where requests show it and over a loop's own view where time does.</summary>
public sealed class BalancingPolicyTests
{
    [Fact]
    public async Task Least_request_passes_an_endpoint_by_that_is_still_busy()
    {
        var release = new TaskCompletionSource();
        await using var slow = Holding(release.Task);
        await using var quick = RawBackend.Saying("quick");
        await using var proxy = With(new BalancingPolicy(BalancingMethod.LeastRequest), slow, quick);
        var stuck = new List<(RawClient Client, Task<RawResponse> Answer)>();
        for (var count = 0; count < 20; count++)
        {
            var client = await proxy.ConnectAsync();
            var answer = client.GetAsync();
            if (await Task.WhenAny(answer, slow.Reached) == answer || stuck.Count > 0)
            {
                Assert.Equal("quick", (await answer).Body);
                client.Dispose();
            }
            else
            {
                stuck.Add((client, answer));
            }
        }

        Assert.InRange(slow.Requests, 0, 1);
        release.SetResult();
        foreach (var (client, answer) in stuck)
        {
            Assert.Equal("slow", (await answer).Body);
            client.Dispose();
        }
    }

    [Fact]
    public async Task Ewma_prefers_the_endpoint_that_answers_sooner()
    {
        await using var slow = Delaying(40);
        await using var quick = RawBackend.Saying("quick");
        await using var proxy = With(new BalancingPolicy(BalancingMethod.Ewma), slow, quick);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 60; count++)
        {
            await client.GetAsync();
        }

        Assert.InRange(slow.Requests, 0, 10);
    }

    [Theory]
    [InlineData(HashSource.Header, "X-User")]
    [InlineData(HashSource.Cookie, "user")]
    [InlineData(HashSource.Target, "")]
    [InlineData(HashSource.Path, "")]
    public async Task Hash_sends_a_key_to_one_endpoint_and_a_lost_endpoint_moves_only_its_own_keys(HashSource source, string name)
    {
        await using var a = RawBackend.Saying("a");
        await using var b = RawBackend.Saying("b");
        await using var c = RawBackend.Saying("c");
        await using var proxy = With(new BalancingPolicy(BalancingMethod.ConsistentHash) { HashBy = new HashKey(source, name) }, a, b, c);
        using var client = await proxy.ConnectAsync();
        async Task<string> AskAsync(int key) => (await client.GetAsync($"/{key}?{key}", fields: $"X-User: {key}\r\nCookie: z=1; user={key}\r\n")).Body;
        var before = new string[90];
        for (var key = 0; key < before.Length; key++)
        {
            before[key] = await AskAsync(key);
            Assert.Equal(before[key], await AskAsync(key));
        }

        Assert.All(["a", "b", "c"], endpoint => Assert.InRange(before.Count(endpoint.Equals), 12, 55));
        proxy.Endpoints("app", a.Port, b.Port);
        for (var key = 0; key < before.Length; key++)
        {
            var now = await AskAsync(key);
            Assert.True(now == before[key] || before[key] == "c", $"key {key} moved from {before[key]} to {now}");
        }
    }

    [Fact]
    public async Task Failing_endpoint_is_left_out_and_comes_back_when_its_time_is_over()
    {
        var broken = true;
        await using var flaky = new RawBackend(async conversation =>
        {
            while (await conversation.ReadRequestAsync() is not null && !Volatile.Read(ref broken))
            {
                await conversation.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nflaky");
            }
        });
        await using var good = RawBackend.Saying("good");
        await using var proxy = new RunningProxy(new ProxyOptions { MaxRequestsPerConnection = int.MaxValue });
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            Policies = new RoutePolicies { PassiveHealth = new PassiveHealthPolicy(3, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5)) },
        }));
        proxy.Endpoints("app", flaky.Port, good.Port);
        using var client = await proxy.ConnectAsync();
        async Task<RawResponse> PostAsync()
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
            return await client.ReadResponseAsync();
        }

        for (var count = 0; proxy.Server.Metrics.Ejections == 0; count++)
        {
            Assert.True(count < 10, "three failures in a row did not eject");
            await PostAsync();
        }

        Assert.Equal(3, flaky.Connections);
        Volatile.Write(ref broken, false);
        Assert.Contains(proxy.Log.Lines, line => line.Contains($"127.0.0.1:{flaky.Port} of default/app:80 is left out", StringComparison.Ordinal));
        Assert.Equal("good", (await PostAsync()).Body);
        Assert.Equal("good", (await PostAsync()).Body);
        var deadline = Environment.TickCount64 + 20_000;
        while ((await PostAsync()).Body != "flaky")
        {
            Assert.True(Environment.TickCount64 < deadline, "the endpoint did not come back");
        }
    }

    [Fact]
    public async Task Last_endpoint_is_never_left_out()
    {
        await using var broken = new RawBackend(static async conversation => await conversation.ReadRequestAsync());
        await using var proxy = RunningProxy.To(broken);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 20; count++)
        {
            Assert.Equal(502, (await client.GetAsync()).Status);
        }

        Assert.Equal(0, proxy.Server.Metrics.Ejections);
        Assert.Equal(20, broken.Connections);
    }

    [Fact]
    public async Task Endpoint_takes_no_more_requests_at_a_time_than_it_may()
    {
        var release = new TaskCompletionSource();
        await using var backend = Holding(release.Task);
        await using var proxy = With(BalancingPolicy.Default with { MaxRequestsPerEndpoint = 2 }, backend);
        using var one = await proxy.ConnectAsync();
        using var two = await proxy.ConnectAsync();
        using var three = await proxy.ConnectAsync();
        var first = one.GetAsync();
        var second = two.GetAsync();
        await Wait.UntilAsync(() => backend.Requests == 2, "both requests to arrive");
        Assert.Equal(503, (await three.GetAsync()).Status);
        release.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal(200, (await three.GetAsync()).Status);
    }

    [Fact]
    public async Task Draining_endpoints_serve_only_while_there_is_no_ready_one()
    {
        await using var leaving = RawBackend.Saying("leaving");
        await using var ready = RawBackend.Saying("ready");
        await using var proxy = RunningProxy.To(ready);
        var set = new BackendEndpoints(RunningProxy.Key("app"), []) { Draining = [new Endpoint(IPAddress.Loopback, leaving.Port)] };
        proxy.Server.PublishEndpoints(set);
        using var client = await proxy.ConnectAsync();
        Assert.Equal("leaving", (await client.GetAsync()).Body);
        proxy.Server.PublishEndpoints(set with { Ready = [new Endpoint(IPAddress.Loopback, ready.Port)] });
        for (var count = 0; count < 4; count++)
        {
            Assert.Equal("ready", (await client.GetAsync()).Body);
        }
    }

    [Fact]
    public void New_endpoint_gets_a_rising_share_while_it_starts()
    {
        var policy = BalancingPolicy.Default with { SlowStart = TimeSpan.FromSeconds(10) };
        var sets = new EndpointSets();
        var backends = new LoopBackends(sets, new EndpointHealths(1), 0, 1, static _ => { });
        backends.SetClock(1_000_000, 0);
        sets.Put(0, Set(1, 2));
        Assert.NotNull(backends.Choose(0, policy, 0, null));
        sets.Put(0, Set(1, 2, 3));
        Assert.InRange(ShareOf3(1_000_001), 0.0, 0.1);
        Assert.InRange(ShareOf3(1_005_000), 0.12, 0.3);
        Assert.InRange(ShareOf3(1_010_000), 0.32, 0.35);

        double ShareOf3(long now)
        {
            backends.SetClock(now, now * 1000);
            var third = 0;
            for (var count = 0; count < 3000; count++)
            {
                third += backends.Choose(0, policy, 0, null)!.Endpoint.Port == 3 ? 1 : 0;
            }

            return third / 3000.0;
        }
    }

    [Fact]
    public void Each_ejection_in_a_row_lasts_twice_as_long_until_the_limit()
    {
        var policy = new PassiveHealthPolicy(1, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(35));
        var health = new EndpointHealth(1, 0, isNew: false);
        var now = 1000L;
        foreach (var seconds in new[] { 10, 20, 35, 35 })
        {
            Assert.True(health.Failed(policy, now, mayEject: true));
            Assert.True(health.IsEjected(now + (seconds * 1000) - 1));
            now += seconds * 1000;
            Assert.False(health.IsEjected(now));
        }

        health.Succeeded(policy, now + 36_000);
        Assert.True(health.Failed(policy, now + 36_000, mayEject: true));
        Assert.False(health.IsEjected(now + 46_000));
    }

    [Fact]
    public async Task Route_may_have_timeouts_and_a_body_limit_of_its_own()
    {
        var never = new TaskCompletionSource();
        await using var backend = Holding(never.Task);
        await using var proxy = new RunningProxy(new ProxyOptions { MaxRequestBodyBytes = 10 });
        proxy.Publish(RunningProxy.Host("",
            RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { BodySize = new BodySizePolicy(3) } },
            RunningProxy.RouteTo("app", "/slow") with
            {
                Policies = new RoutePolicies { Timeouts = new TimeoutPolicy(Read: TimeSpan.FromMilliseconds(100)), BodySize = new BodySizePolicy(null) },
            }));
        proxy.Endpoints("app", backend.Port);
        using var client = await proxy.ConnectAsync();
        await client.SendAsync("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n01234567890123456789");
        Assert.Equal(504, (await client.ReadResponseAsync()).Status);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd");
        Assert.Equal(413, (await client.ReadResponseAsync()).Status);
        never.SetResult();
    }

    private static BackendEndpoints Set(params int[] ports) =>
        new(RunningProxy.Key("app"), ports.Select(static port => new Endpoint(IPAddress.Loopback, port)).ToEquatableArray());

    private static RunningProxy With(BalancingPolicy balancing, params RawBackend[] backends)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 2 });
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { Balancing = balancing } }));
        proxy.Endpoints("app", [.. backends.Select(static backend => backend.Port)]);
        return proxy;
    }

    private static RawBackend Holding(Task release) => RawBackend.AnsweringAsync(async (_, _) =>
    {
        await release;
        return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow";
    });

    private static RawBackend Delaying(int milliseconds) => RawBackend.AnsweringAsync(async (_, _) =>
    {
        await Task.Delay(milliseconds);
        return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow";
    });
}
