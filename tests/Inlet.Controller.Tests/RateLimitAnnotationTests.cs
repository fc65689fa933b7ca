using System.Diagnostics;
using System.Net.Sockets;
using Inlet.Proxy.Tests;

namespace Inlet.Controller.Tests;

/// <summary>Limits for one client: effect, default and what an invalid value does.</summary>
public sealed class RateLimitAnnotationTests
{
    // Per minute, so that a slow machine does not see the bucket leak.
    [Theory]
    [InlineData(6, "limit-rpm=1")]
    [InlineData(3, "limit-rpm=1", "limit-burst-multiplier=2")]
    [InlineData(6, "limit-rpm=1", "limit-burst-multiplier=0")]
    [InlineData(3, "limit-rpm=1", "limit-rps=1000", "limit-burst-multiplier=2")]
    [InlineData(12, "limit-rpm=1", "limit-allowlist=127.0.0.0/8")]
    [InlineData(6, "limit-rpm=1", "limit-whitelist=10.0.0.0/8")]
    [InlineData(12, "limit-rpm=0")]
    [InlineData(0, "limit-rpm=some")]
    public async Task Burst_passes_and_what_is_over_is_503(int passing, params string[] annotations)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, annotations);

        var statuses = new List<int>();
        for (var number = 0; number < 12; number++)
        {
            statuses.Add((await controller.GetAsync("a.com", $"/{number}")).Status);
        }

        Assert.Equal([.. Enumerable.Repeat(200, passing), .. Enumerable.Repeat(503, 12 - passing)], statuses);
        Assert.Equal(passing, app.Requests);
    }

    [Fact]
    public async Task Rate_is_regained_with_time()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "limit-rps=10", "limit-burst-multiplier=1");

        var watch = Stopwatch.StartNew();
        var passed = 0;
        while (watch.Elapsed < TimeSpan.FromSeconds(1.2))
        {
            passed += (await controller.GetAsync("a.com", "/")).Status == 200 ? 1 : 0;
        }

        Assert.InRange(passed, 12, 11 + (int)(watch.Elapsed.TotalSeconds * 10) + 1);
    }

    [Fact]
    public async Task Ingresses_count_apart_and_paths_of_one_together()
    {
        await using var app = new TestBackend("app");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations("limit-rpm=1", "limit-burst-multiplier=1")) + "---\n"
                + Manifests.Ingress("b", "b.com", "/", "app", Manifests.Annotations("limit-rpm=1", "limit-burst-multiplier=1"))));

        foreach (var host in new[] { "a.com", "b.com" })
        {
            Assert.Equal(200, (await controller.GetAsync(host, "/x")).Status);
            Assert.Equal(200, (await controller.GetAsync(host, "/y")).Status);
            Assert.Equal(503, (await controller.GetAsync(host, "/z")).Status);
        }
    }

    [Theory]
    [InlineData("limit-connections=2", 2, 503)]
    [InlineData("limit-connections=3", 2, 200)]
    [InlineData("limit-connections=0", 2, 200)]
    [InlineData("limit-connections=-1", 0, 503)]
    public async Task Requests_under_way_are_limited_and_their_ends_counted(string annotation, int held, int status)
    {
        await using var app = new TestBackend("app", static head => head.StartsWith("GET /hold ", StringComparison.Ordinal) ? null : TestBackend.Saying("app"));
        await using var controller = await OneAsync(app, annotation);

        var holders = new List<TcpClient>();
        for (var number = 0; number < held; number++)
        {
            var holder = new TcpClient("127.0.0.1", controller.Host.HttpPort) { LingerState = new LingerOption(true, 0) };
            holders.Add(holder);
            await holder.GetStream().WriteAsync("GET /hold HTTP/1.1\r\nHost: a.com\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        await Wait.UntilAsync(() => app.Requests >= held, "the held requests to arrive");

        Assert.Equal(status, (await controller.GetAsync("a.com", "/")).Status);
        holders.ForEach(static holder => holder.Dispose());
        if (held > 0)
        {
            await controller.UntilAsync("a.com", "/", 200);
        }
    }

    [Theory]
    [InlineData("limit-rate=64", 64 * 1024, 600)]
    [InlineData("limit-rate=fast", 64 * 1024, 0)]
    public async Task Answer_goes_no_faster_than_it_may(string annotation, int bytes, int leastMilliseconds)
    {
        var body = new string('x', bytes);
        await using var app = new TestBackend("app", _ => TestBackend.Saying(body));
        await using var controller = await OneAsync(app, annotation);

        var watch = Stopwatch.StartNew();
        Assert.Equal((200, body), await controller.GetAsync("a.com", "/"));
        Assert.True(watch.ElapsedMilliseconds >= leastMilliseconds, $"took {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Beginning_of_an_answer_may_go_at_once()
    {
        var body = new string('x', 60 * 1024);
        await using var app = new TestBackend("app", _ => TestBackend.Saying(body));
        await using var controller = await OneAsync(app, "limit-rate=1", "limit-rate-after=60");

        // At 1 KiB per second alone it would take a minute.
        Assert.Equal((200, body), await controller.GetAsync("a.com", "/").WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private static Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
