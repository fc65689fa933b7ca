using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class BalancingTests
{
    [Fact]
    public async Task Three_endpoints_get_a_third_each_of_one_connections_requests()
    {
        await using var a = RawBackend.Saying("a");
        await using var b = RawBackend.Saying("b");
        await using var c = RawBackend.Saying("c");
        await using var proxy = RunningProxy.To(a);
        proxy.Endpoints("app", a.Port, b.Port, c.Port);
        using var client = await proxy.ConnectAsync();
        var seen = new Dictionary<string, int>();
        for (var count = 0; count < 30; count++)
        {
            var body = (await client.GetAsync()).Body;
            seen[body] = seen.GetValueOrDefault(body) + 1;
        }

        Assert.Equal([10, 10, 10], seen.Values);
        proxy.Endpoints("app");
        Assert.Equal(503, (await client.GetAsync()).Status);
    }

    [Theory]
    [InlineData("", 1000)]
    [InlineData("Cookie: x=1; v2=never\r\n", 0)]
    [InlineData("Cookie: v2=always\r\n", 10_000)]
    [InlineData("Accept-Language: kr\r\n", 10_000)]
    [InlineData("Accept-Language: en\r\n", 1000)]
    public async Task Canary_takes_its_share_of_10000_requests(string fields, int expected)
    {
        await using var v1 = RawBackend.Saying("v1");
        await using var v2 = RawBackend.Saying("v2");
        await using var proxy = CanaryProxy(v1, v2, 10);
        Assert.InRange(await CountV2Async(proxy, fields, 10_000), expected - 100, expected + 100);
    }

    [Fact]
    public async Task Requests_that_say_never_do_not_spoil_the_share_of_the_others()
    {
        await using var v1 = RawBackend.Saying("v1");
        await using var v2 = RawBackend.Saying("v2");
        await using var proxy = CanaryProxy(v1, v2, 10);
        using var client = await proxy.ConnectAsync();
        int taken = 0, asked = 0;
        for (var count = 0; count < 5000; count++)
        {
            // In step with the sequence's near-periods, where taking numbers for nothing would show.
            var never = count % 13 != 0 && count % 8 != 0;
            var body = (await client.GetAsync(fields: never ? "Cookie: v2=never\r\n" : "")).Body;
            Assert.False(never && body == "v2");
            asked += never ? 0 : 1;
            taken += body == "v2" ? 1 : 0;
        }

        Assert.InRange(taken / (double)asked, 0.09, 0.11);
    }

    [Fact]
    public async Task Canary_without_endpoints_is_passed_over()
    {
        await using var v1 = RawBackend.Saying("v1");
        await using var v2 = RawBackend.Saying("v2");
        await using var proxy = CanaryProxy(v1, v2, 100);
        proxy.Endpoints("v2");
        Assert.Equal(0, await CountV2Async(proxy, "Accept-Language: kr\r\n", 50));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public void Weight_sequence_keeps_its_share_within_a_few_of_10000(double share)
    {
        for (var start = 0; start < 100; start++)
        {
            var sequence = new WeightSequence((ulong)start * 0x1234_5678_9abc_def1);
            var taken = 0;
            for (var count = 0; count < 10_000; count++)
            {
                taken += sequence.Next(share) ? 1 : 0;
            }

            Assert.InRange(taken, (10_000 * share) - 10, (10_000 * share) + 10);
        }
    }

    [Fact]
    public async Task Publishing_under_load_fails_no_request()
    {
        await using var v1 = RawBackend.Saying("v1");
        await using var v2 = RawBackend.Saying("v2");
        await using var proxy = CanaryProxy(v1, v2, 10);
        var done = false;
        var requests = 0;
        var load = Enumerable.Range(0, 4).Select(async _ =>
        {
            using var client = await proxy.ConnectAsync();
            while (!Volatile.Read(ref done))
            {
                Assert.Equal(200, (await client.GetAsync()).Status);
                Interlocked.Increment(ref requests);
            }
        }).ToArray();
        // Otherwise a quick publisher is done before a slow client has begun.
        await Wait.UntilAsync(() => Volatile.Read(ref requests) > 20, "the load to begin");
        for (var count = 0; count < 500; count++)
        {
            proxy.Publish(CanaryHost(count % 100));
            proxy.Endpoints("v1", v1.Port);
            await Task.Yield();
        }

        var published = Volatile.Read(ref requests);
        await Wait.UntilAsync(() => Volatile.Read(ref requests) > published + 20 || load.Any(static client => client.IsFaulted), "the load to go on");
        Volatile.Write(ref done, true);
        await Task.WhenAll(load);
    }

    [Theory]
    [InlineData("X-Client: a-beta-b\r\n", "v2")]
    [InlineData("X-Client: BETA\r\n", "v1")]
    [InlineData("X-Client: always\r\n", "v1")]
    [InlineData("", "v1")]
    public async Task Canary_takes_requests_in_whose_header_its_pattern_is_found(string fields, string expected)
    {
        await using var v1 = RawBackend.Saying("v1");
        await using var v2 = RawBackend.Saying("v2");
        await using var proxy = new RunningProxy(new ProxyOptions());
        proxy.Publish(RunningProxy.Host("app.test", RunningProxy.RouteTo("v1", canaries:
            [new Canary(RunningProxy.Key("v2"), new CanaryHeader("X-Client", null) { Pattern = "bet[a]" }, null, 0, 100, RunningProxy.Source)])));
        proxy.Endpoints("v1", v1.Port);
        proxy.Endpoints("v2", v2.Port);
        using var client = await proxy.ConnectAsync();

        Assert.Equal(expected, (await client.GetAsync(fields: fields)).Body);
    }

    private static RunningProxy CanaryProxy(RawBackend v1, RawBackend v2, int weight)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 2, MaxRequestsPerConnection = int.MaxValue });
        proxy.Publish(CanaryHost(weight));
        proxy.Endpoints("v1", v1.Port);
        proxy.Endpoints("v2", v2.Port);
        return proxy;
    }

    private static HostModel CanaryHost(int weight) => RunningProxy.Host("app.test", RunningProxy.RouteTo("v1", canaries:
    [
        new Canary(RunningProxy.Key("v2"), null, "v2", weight, 100, RunningProxy.Source),
        new Canary(RunningProxy.Key("v2"), new CanaryHeader("Accept-Language", "kr"), null, 0, 100, RunningProxy.Source),
    ]));

    private static async Task<int> CountV2Async(RunningProxy proxy, string fields, int requests)
    {
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var client = await proxy.ConnectAsync();
            var taken = 0;
            for (var count = 0; count < requests / 4; count++)
            {
                taken += (await client.GetAsync(fields: fields)).Body == "v2" ? 1 : 0;
            }

            return taken;
        }));
        return counts.Sum();
    }
}
