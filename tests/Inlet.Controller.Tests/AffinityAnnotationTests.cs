using System.Globalization;

namespace Inlet.Controller.Tests;

/// <summary>Cookies that bring a client back to its endpoint.</summary>
public sealed class AffinityAnnotationTests
{
    [Theory]
    [InlineData("balanced")]
    [InlineData("persistent")]
    [InlineData("sometimes")]
    public async Task Client_with_the_cookie_stays_and_clients_spread(string mode)
    {
        await using var backends = new Backends(3);
        await using var controller = await backends.StartAsync("affinity=cookie", $"affinity-mode={mode}");

        var met = new HashSet<string>();
        for (var client = 0; client < 40; client++)
        {
            var (cookie, first) = await NewClientAsync(controller);
            met.Add(first);
            for (var round = 0; round < 5; round++)
            {
                using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("Cookie", cookie));
                Assert.Equal(first, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
                Assert.False(answer.Headers.Contains("Set-Cookie"));
            }
        }

        Assert.Equal(3, met.Count);
    }

    [Fact]
    public async Task Cookie_has_the_attributes_asked_for()
    {
        await using var backends = new Backends(1);
        await using var controller = await backends.StartAsync(
            "affinity=cookie", "session-cookie-name=route", "session-cookie-path=/x", "session-cookie-domain=a.com", "session-cookie-max-age=60", "session-cookie-expires=60",
            "session-cookie-samesite=Lax", "session-cookie-secure=true");

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        var parts = Assert.Single(answer.Headers.GetValues("Set-Cookie")).Split("; ");
        Assert.Matches("^route=[0-9a-f]{16}\\|[0-9a-f]{16}$", parts[0]);
        Assert.Equal(["Max-Age=60", "Path=/x", "Domain=a.com", "HttpOnly", "Secure", "SameSite=Lax"], parts[2..]);
        var expires = DateTimeOffset.ParseExact(parts[1]["Expires=".Length..], "R", CultureInfo.InvariantCulture);
        Assert.InRange(expires - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(61));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", true)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/61.0.3163.100 Safari/537.36", false)]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 12_4 like Mac OS X) AppleWebKit/605.1.15 Version/12.1.2 Safari/604.1", false)]
    public async Task SameSite_none_is_left_out_for_browsers_that_misunderstand_it(string userAgent, bool sent)
    {
        await using var backends = new Backends(1);
        await using var controller = await backends.StartAsync("affinity=cookie", "session-cookie-samesite=None", "session-cookie-conditional-samesite-none=true");

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("User-Agent", userAgent));
        Assert.Equal(sent, answer.Headers.GetValues("Set-Cookie").Single().Contains("SameSite=None", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("affinity=ip")]
    [InlineData("session-cookie-name=x")]
    public async Task Without_affinity_there_is_no_cookie(string annotation)
    {
        await using var backends = new Backends(2);
        await using var controller = await backends.StartAsync(annotation);

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("INGRESSCOOKIE=x")]
    [InlineData("INGRESSCOOKIE=0000000000000001|0000000000000002")]
    [InlineData("INGRESSCOOKIE=zzzzzzzzzzzzzzzz|zzzzzzzzzzzzzzzz")]
    public async Task Cookie_that_means_nothing_is_replaced(string cookie)
    {
        await using var backends = new Backends(2);
        await using var controller = await backends.StartAsync("affinity=cookie");

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("Cookie", cookie));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.True(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Persistent_client_stays_when_endpoints_come_and_while_its_own_drains_and_moves_when_it_is_gone()
    {
        await using var backends = new Backends(4);
        await using var controller = await backends.StartAsync("affinity=cookie", "affinity-mode=persistent");
        var (cookie, first) = await NewClientAsync(controller);

        controller.Write("services.yaml", backends.Services(draining: first));
        // New clients keep away from it as soon as that is in force.
        await UntilNewClientsAvoidAsync(controller, first);
        using (var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("Cookie", cookie)))
        {
            Assert.Equal(first, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        controller.Write("services.yaml", backends.Services(without: first));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("Cookie", cookie));
            if (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) != first)
            {
                Assert.True(answer.Headers.Contains("Set-Cookie"));
                return;
            }

            Assert.False(patience.IsCancellationRequested);
        }
    }

    [Fact]
    public async Task Balanced_client_stays_while_its_endpoint_drains()
    {
        await using var backends = new Backends(3);
        await using var controller = await backends.StartAsync("affinity=cookie");
        var (cookie, first) = await NewClientAsync(controller);

        controller.Write("services.yaml", backends.Services(draining: first));
        await UntilNewClientsAvoidAsync(controller, first);
        Assert.Equal((200, first), await controller.GetAsync("a.com", "/", ("Cookie", cookie)));
    }

    [Theory]
    [InlineData("true", 200)]
    [InlineData("false", 502)]
    [InlineData(null, 502)]
    public async Task Failing_endpoint_keeps_its_clients_unless_they_may_change(string? change, int status)
    {
        await using var backends = new Backends(2);
        string[] more = change is null ? [] : [$"session-cookie-change-on-failure={change}"];
        await using var controller = await backends.StartAsync(["affinity=cookie", .. more]);
        var (cookie, first) = await NewClientAsync(controller);

        await backends.StopAsync(first);
        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("Cookie", cookie));
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 200)
        {
            var moved = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            var (again, other) = await controller.GetAsync("a.com", "/", ("Cookie", moved));
            Assert.Equal(200, again);
            Assert.NotEqual(first, other);
        }
    }

    [Theory]
    [InlineData("sticky", true)]
    [InlineData("legacy", false)]
    public async Task Cookie_goes_before_the_canarys_conditions(string behaviour, bool canaryHasCookie)
    {
        await using var main = new TestBackend("main");
        await using var canary = new TestBackend("canary");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("main", main) + "---\n" + Manifests.Service("canary", canary)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "main", Manifests.Annotations("affinity=cookie")) + "---\n"
                + Manifests.Ingress("b", "a.com", "/", "canary", Manifests.Annotations("canary=true", "canary-by-header=X-Canary", $"affinity-canary-behavior={behaviour}"))));

        var (mainCookie, first) = await NewClientAsync(controller);
        Assert.Equal("main", first);
        // Bound to the main backend: the header comes too late.
        Assert.Equal((200, "main"), await controller.GetAsync("a.com", "/", ("Cookie", mainCookie), ("X-Canary", "always")));

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, ("X-Canary", "always"));
        Assert.Equal("canary", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(canaryHasCookie, answer.Headers.TryGetValues("Set-Cookie", out var cookies));
        if (canaryHasCookie)
        {
            var canaryCookie = cookies!.Single().Split(';')[0];
            Assert.Equal((200, "canary"), await controller.GetAsync("a.com", "/", ("Cookie", canaryCookie), ("X-Canary", "never")));
        }
    }

    private static async Task<(string Cookie, string Met)> NewClientAsync(TestController controller)
    {
        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        return (answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0], await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task UntilNewClientsAvoidAsync(TestController controller, string name)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var inARow = 0; inARow < 40;)
        {
            inARow = (await NewClientAsync(controller)).Met == name ? 0 : inARow + 1;
            Assert.False(patience.IsCancellationRequested, $"new clients still meet {name}");
        }
    }

    /// <summary>Endpoints of one Service, by name.</summary>
    private sealed class Backends(int count) : IAsyncDisposable
    {
        private readonly List<TestBackend> _all = [.. Enumerable.Range(0, count).Select(static number => new TestBackend($"app{number}"))];

        public Task<TestController> StartAsync(params string[] annotations) => TestController.StartAsync(
            ("services.yaml", Services()), ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));

        public string Services(string? draining = null, string? without = null) => Manifests.Service("app") + string.Join("---\n", _all
            .Where(backend => backend.Name != without).Select(backend =>
                $$"""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: {{backend.Name}}
                  labels: {kubernetes.io/service-name: app}
                addressType: IPv4
                ports: [{name: http, port: {{backend.Port}}}]
                endpoints:
                - addresses: [127.0.0.1]
                  conditions: {{(backend.Name == draining ? "{ready: false, serving: true, terminating: true}" : "{ready: true}")}}

                """));

        public ValueTask StopAsync(string name)
        {
            var backend = _all.Single(one => one.Name == name);
            _all.Remove(backend);
            return backend.DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var backend in _all)
            {
                await backend.DisposeAsync();
            }
        }
    }
}
