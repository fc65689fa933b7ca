using System.Collections.Concurrent;
using System.Net;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class MirrorTests
{
    [Theory]
    [InlineData("GET /a?b=c HTTP/1.1\r\nHost: app.test\r\nX-A: b\r\n\r\n", "")]
    [InlineData("POST /a?b=c HTTP/1.1\r\nHost: app.test\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    [InlineData("POST /a?b=c HTTP/1.1\r\nHost: app.test\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello")]
    public async Task Request_is_copied_with_its_body(string request, string body)
    {
        await using var copies = new Copies();
        await using var app = RawBackend.Saying("app");
        await using var proxy = Mirroring(app, copies.Port);
        using var client = await proxy.ConnectAsync();

        await client.SendAsync(request);
        Assert.Equal("app", (await client.ReadResponseAsync()).Body);
        var (head, copied) = await copies.NextAsync();
        Assert.StartsWith($"{request.Split(' ')[0]} /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{copies.Port}\r\nX-A: b\r\n", head, StringComparison.Ordinal);
        Assert.Equal(body, copied);
        Assert.Equal("app", (await client.GetAsync()).Body);
        await copies.NextAsync();
        Assert.Equal(1, copies.Connections);
    }

    [Fact]
    public async Task Body_stays_where_it_should_and_host_is_the_one_named()
    {
        await using var copies = new Copies();
        await using var app = RawBackend.Saying("app");
        await using var proxy = Mirroring(app, copies.Port, static policy => policy with { WithBody = false, Host = "copy.test" });
        using var client = await proxy.ConnectAsync();

        await client.SendAsync("POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal("app", (await client.ReadResponseAsync()).Body);
        var (head, copied) = await copies.NextAsync();
        Assert.Contains("\r\nHost: copy.test\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Length: 0\r\n", head, StringComparison.Ordinal);
        Assert.Equal("", copied);
    }

    [Fact]
    public async Task Large_body_reaches_the_endpoint_and_is_not_copied()
    {
        await using var copies = new Copies();
        var received = 0;
        await using var app = RawBackend.Answering((_, body) =>
        {
            received = body.Length;
            return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        });
        await using var proxy = Mirroring(app, copies.Port);
        using var client = await proxy.ConnectAsync();

        foreach (var length in new[] { 90_000, 1_000_000 })
        {
            await client.SendAsync($"POST /{length} HTTP/1.1\r\nHost: app.test\r\nContent-Length: {length}\r\n\r\n{new string('x', length)}");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            Assert.Equal(length, received);
        }

        Assert.Equal(200, (await client.GetAsync("/last")).Status);
        Assert.Equal(90_000, (await copies.NextAsync()).Body.Length);
        Assert.StartsWith("GET /last ", (await copies.NextAsync()).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mirror_that_is_gone_or_silent_keeps_nobody_waiting()
    {
        await using var silent = new RawBackend(static async conversation =>
        {
            while (await conversation.ReadHeadAsync() is not null)
            {
            }
        });
        await using var app = RawBackend.Saying("app");
        foreach (var port in new[] { silent.Port, 1 })
        {
            await using var proxy = Mirroring(app, port);
            using var client = await proxy.ConnectAsync();
            for (var round = 0; round < 50; round++)
            {
                Assert.Equal("app", (await client.GetAsync()).Body);
            }
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/", false)]
    [InlineData("http://127.0.0.1:{0}/", true)]
    public async Task Only_addresses_that_are_allowed_are_reached(string target, bool allowed)
    {
        await using var copies = new Copies();
        await using var app = RawBackend.Saying("app");
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1, AllowedServiceNetworks = allowed ? [IPNetwork.Parse("127.0.0.0/8")] : [] });
        var policy = new MirrorPolicy(new ValueTemplate([new TemplatePart(string.Format(null, target, copies.Port))]));
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { Mirror = policy } }));
        proxy.Endpoints("app", app.Port);
        using var client = await proxy.ConnectAsync();

        Assert.Equal("app", (await client.GetAsync()).Body);
        Assert.Equal("app", (await client.GetAsync()).Body);
        if (allowed)
        {
            await copies.NextAsync();
        }
        else
        {
            Assert.Equal(0, copies.Connections);
        }
    }

    private static RunningProxy Mirroring(RawBackend app, int port, Func<MirrorPolicy, MirrorPolicy>? with = null)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1, AllowedServiceNetworks = [IPNetwork.Parse("127.0.0.0/8")] });
        var policy = new MirrorPolicy(new ValueTemplate([new TemplatePart($"http://127.0.0.1:{port}"), new TemplatePart("", TemplateVariable.Target)]));
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { Mirror = with?.Invoke(policy) ?? policy } }));
        proxy.Endpoints("app", app.Port);
        return proxy;
    }

    /// <summary>Where the copies go.</summary>
    private sealed class Copies : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Head, string Body)> _seen = [];
        private readonly RawBackend _backend;

        public Copies() => _backend = RawBackend.Answering((head, body) =>
        {
            _seen.Enqueue((head, body));
            return "HTTP/1.1 500 Nobody Cares\r\nContent-Length: 3\r\n\r\nbad";
        });

        public int Port => _backend.Port;

        public int Connections => _backend.Connections;

        public async Task<(string Head, string Body)> NextAsync()
        {
            (string, string) next = default;
            await Wait.UntilAsync(() => _seen.TryDequeue(out next), "a copy");
            return next;
        }

        public ValueTask DisposeAsync() => _backend.DisposeAsync();
    }
}
