using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class RetryTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";

    [Theory]
    [InlineData("", RetryOn.Error, Get, 200)]
    [InlineData("", RetryOn.None, Get, 502)]
    [InlineData("", RetryOn.Error, Post, 502)]
    [InlineData("rubbish\r\n\r\n", RetryOn.InvalidAnswer, Get, 200)]
    [InlineData("rubbish\r\n\r\n", RetryOn.Error, Get, 502)]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", RetryOn.Http503, Get, 200)]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", RetryOn.Http502, Get, 503)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", RetryOn.InvalidAnswer, Get, 200)]
    public async Task Request_that_was_sent_goes_elsewhere_only_when_the_policy_says_so(string answer, RetryOn on, string request, int status)
    {
        await using var bad = new RawBackend(async conversation =>
        {
            await conversation.ReadRequestAsync();
            await conversation.WriteAsync(answer);
        });
        await using var good = RawBackend.Saying("good");
        await using var proxy = With(new RetryPolicy(on), bad, good);
        var statuses = new List<int>();
        for (var count = 0; count < 4; count++)
        {
            using var client = await proxy.ConnectAsync();
            await client.SendAsync(request);
            statuses.Add((await client.ReadResponseAsync()).Status);
        }

        // A retry takes the other's turn too, so that every request meets the bad one first; without one, every second does.
        Assert.Equal(status == 200 ? [200, 200, 200, 200] : [status, 200, status, 200], statuses);
        Assert.Equal(status == 200 ? 4 : 0, proxy.Server.Metrics.Retries);
    }

    [Fact]
    public async Task Post_is_sent_again_where_the_policy_takes_the_risk()
    {
        await using var bad = new RawBackend(static async conversation => await conversation.ReadRequestAsync());
        await using var good = RawBackend.Answering(static (_, body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        await using var proxy = With(new RetryPolicy(RetryOn.Error) { NonIdempotent = true }, bad, good);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 4; count++)
        {
            await client.SendAsync(Post);
            Assert.Equal("x", (await client.ReadResponseAsync()).Body);
        }
    }

    [Fact]
    public async Task Silent_endpoint_is_given_up_for_another_after_its_timeout()
    {
        var never = new TaskCompletionSource();
        await using var silent = RawBackend.AnsweringAsync(async (_, _) =>
        {
            await never.Task;
            return "";
        });
        await using var good = RawBackend.Saying("good");
        await using var proxy = new RunningProxy(new ProxyOptions { UpstreamReadTimeout = TimeSpan.FromMilliseconds(100) });
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with { Policies = new RoutePolicies { Retries = new RetryPolicy(RetryOn.Timeout) } }));
        proxy.Endpoints("app", silent.Port, good.Port);
        using var client = await proxy.ConnectAsync();
        Assert.Equal("good", (await client.GetAsync()).Body);
        Assert.Equal("good", (await client.GetAsync()).Body);
        never.SetResult();
    }

    [Fact]
    public async Task One_try_means_one_even_when_the_endpoint_refuses()
    {
        await using var good = RawBackend.Saying("good");
        await using var proxy = With(RetryPolicy.Default with { MaxTries = 1 }, good);
        proxy.Endpoints("app", 1, good.Port);
        using var client = await proxy.ConnectAsync();
        Assert.Equal([200, 502], new[] { (await client.GetAsync()).Status, (await client.GetAsync()).Status }.Order());
    }

    [Fact]
    public async Task Budget_ends_repeating_when_everything_fails()
    {
        await using var bad = new RawBackend(static async conversation => await conversation.ReadRequestAsync());
        await using var worse = new RawBackend(static async conversation => await conversation.ReadRequestAsync());
        await using var proxy = With(RetryPolicy.Default, bad, worse);
        using var client = await proxy.ConnectAsync();
        for (var count = 0; count < 100; count++)
        {
            Assert.Equal(502, (await client.GetAsync()).Status);
        }

        Assert.InRange(proxy.Server.Metrics.Retries, 10, 31);
    }

    private static RunningProxy With(RetryPolicy retries, params RawBackend[] backends)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Publish(RunningProxy.Host("", RunningProxy.RouteTo("app") with
        {
            // Ejection would hide what is tested here.
            Policies = new RoutePolicies { Retries = retries, PassiveHealth = PassiveHealthPolicy.Default with { MaxFailures = 0 } },
        }));
        proxy.Endpoints("app", [.. backends.Select(static backend => backend.Port)]);
        return proxy;
    }
}
