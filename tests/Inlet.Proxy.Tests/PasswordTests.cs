using System.Diagnostics;
using System.Text;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class PasswordTests
{
    // Cost 12: some 200 ms and more.
    private const string Slow = "$2y$12$fTlnqXuEkz9fPPIFH0Z5ZOGRxrB6Iw1CYkdiqZTvIMBxYTUGCbb5K";

    [Fact]
    public async Task Slow_hash_does_not_keep_the_loop_from_others()
    {
        await using var app = RawBackend.Saying("app");
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", app.Port);
        proxy.Publish(RunningProxy.Host(
            "", RunningProxy.RouteTo("app"),
            RunningProxy.RouteTo("app", "/secret") with { Policies = new RoutePolicies { BasicAuthentication = new BasicAuthenticationPolicy(RunningProxy.Source, [new PasswordEntry("ann", Slow)]) } }));
        using var slow = await proxy.ConnectAsync();
        using var quick = await proxy.ConnectAsync();
        Assert.Equal("app", (await quick.GetAsync()).Body);

        var watch = Stopwatch.StartNew();
        var asked = slow.GetAsync("/secret", fields: $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:wrong"))}\r\n");
        var others = 0;
        while (!asked.IsCompleted && others < 500)
        {
            Assert.Equal("app", (await quick.GetAsync()).Body);
            others++;
        }

        Assert.Equal(401, (await asked).Status);
        // On the loop itself, it would have been one.
        Assert.True(others > 5, $"{others} requests in {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Client_that_goes_away_while_its_password_is_checked_costs_nothing()
    {
        await using var app = RawBackend.Saying("app");
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", app.Port);
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            Policies = new RoutePolicies { BasicAuthentication = new BasicAuthenticationPolicy(RunningProxy.Source, [new PasswordEntry("ann", Slow)]) },
        }));
        for (var round = 0; round < 3; round++)
        {
            using var client = await proxy.ConnectAsync();
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"ann:wrong{round}"))}\r\n\r\n");
            client.Reset();
        }

        using var last = await proxy.ConnectAsync();
        Assert.Equal(401, (await last.GetAsync(fields: "Authorization: Basic YW5uOng=\r\n")).Status);
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Body_and_what_comes_behind_it_survive_the_wait()
    {
        const string Quick = "$apr1$saltsalt$HIDXe7D36X22w1CH4M1cQ.";
        await using var app = RawBackend.Answering(static (_, body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", app.Port);
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            Policies = new RoutePolicies { BasicAuthentication = new BasicAuthenticationPolicy(RunningProxy.Source, [new PasswordEntry("ann", Quick)]) },
        }));
        var field = $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:open sesame"))}\r\n";
        using var client = await proxy.ConnectAsync();
        await client.SendAsync($"POST /1 HTTP/1.1\r\nHost: a\r\n{field}Content-Length: 5\r\n\r\nfirstPOST /2 HTTP/1.1\r\nHost: a\r\n{field}Transfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n");
        Assert.Equal("first", (await client.ReadResponseAsync()).Body);
        Assert.Equal("second", (await client.ReadResponseAsync()).Body);
        var large = new string('x', 300_000);
        await client.SendAsync($"POST /3 HTTP/1.1\r\nHost: a\r\n{field}Content-Length: {large.Length}\r\n\r\n{large}");
        Assert.Equal(large, (await client.ReadResponseAsync()).Body);
    }
}
