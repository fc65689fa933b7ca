using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class ActiveHealthTests
{
    private static readonly ActiveHealthPolicy Policy = new("/healthz?x")
    {
        Host = "health.test",
        Interval = TimeSpan.FromMilliseconds(30),
        Timeout = TimeSpan.FromSeconds(5),
        UnhealthyAfter = 2,
        HealthyAfter = 2,
    };

    [Fact]
    public async Task Ill_endpoint_gets_no_requests_until_it_is_well_again()
    {
        var ill = false;
        var asked = "";
        await using var flaky = RawBackend.Answering((head, _) =>
        {
            if (!head.StartsWith("GET /healthz?x ", StringComparison.Ordinal))
            {
                return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nflaky";
            }

            asked = head;
            return $"HTTP/1.1 {(Volatile.Read(ref ill) ? "503 No" : "200 OK")}\r\nContent-Length: 0\r\n\r\n";
        });
        await using var good = RawBackend.Answering(static (_, _) => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        await using var proxy = With(flaky, good);
        using var client = await proxy.ConnectAsync();
        Assert.Equal(["flaky", "good"], new[] { (await client.GetAsync()).Body, (await client.GetAsync()).Body }.Order());
        Volatile.Write(ref ill, true);
        await Wait.UntilAsync(() => proxy.Log.Lines.Any(static line => line.EndsWith("is down: status 503", StringComparison.Ordinal)), "the check to notice");
        Assert.Contains("Host: health.test\r\n", asked, StringComparison.Ordinal);
        for (var count = 0; count < 10; count++)
        {
            Assert.Equal("good", (await client.GetAsync()).Body);
        }

        Volatile.Write(ref ill, false);
        await Wait.UntilAsync(() => proxy.Log.Lines.Any(static line => line.EndsWith("is well again", StringComparison.Ordinal)), "the recovery to be noticed");
        Assert.Equal(["flaky", "good"], new[] { (await client.GetAsync()).Body, (await client.GetAsync()).Body }.Order());
    }

    [Fact]
    public async Task Where_all_are_ill_all_are_asked()
    {
        await using var backend = RawBackend.Answering(static (head, _) =>
            head.StartsWith("GET /healthz", StringComparison.Ordinal) ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast");
        await using var proxy = With(backend);
        await Wait.UntilAsync(() => proxy.Log.Lines.Any(static line => line.Contains("is down", StringComparison.Ordinal)), "the check to notice");
        using var client = await proxy.ConnectAsync();
        Assert.Equal("last", (await client.GetAsync()).Body);
    }

    [Fact]
    public async Task Checks_end_with_the_policy()
    {
        await using var backend = RawBackend.Saying("ok");
        await using var proxy = With(backend);
        await Wait.UntilAsync(() => backend.Requests > 1, "checks");
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app")));
        var deadline = Environment.TickCount64 + 20_000;
        int before;
        do
        {
            Assert.True(Environment.TickCount64 < deadline, "the checks go on");
            before = backend.Requests;
            await Task.Delay(Policy.Interval * 10, TestContext.Current.CancellationToken);
        }
        while (backend.Requests != before);
    }

    private static RunningProxy With(params RawBackend[] backends)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", [.. backends.Select(static backend => backend.Port)]);
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { ActiveHealth = Policy } }));
        return proxy;
    }
}
