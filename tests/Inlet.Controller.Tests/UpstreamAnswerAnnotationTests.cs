namespace Inlet.Controller.Tests;

/// <summary>What of an endpoint's answer clients get to see otherwise, and which endpoint it is.</summary>
public sealed class UpstreamAnswerAnnotationTests
{
    [Theory]
    [InlineData("proxy-cookie-domain=app.internal a.com", "s=1; Domain=.App.Internal; Path=/two/x", "s=1; Domain=a.com; Path=/two/x")]
    [InlineData("proxy-cookie-domain=app.internal a.com", "s=1; Domain=other.com", "s=1; Domain=other.com")]
    [InlineData("proxy-cookie-path=/two/ /", "s=1; path=/two/x; Secure", "s=1; path=/x; Secure")]
    [InlineData("proxy-cookie-path=/two/ /", "path=/two/x; Secure", "path=/two/x; Secure")]
    [InlineData("proxy-cookie-path=/two/ /", "s=1; Path=/three", "s=1; Path=/three")]
    [InlineData("proxy-cookie-path=off", "s=1; Path=/two/x", "s=1; Path=/two/x")]
    [InlineData("proxy-cookie-path=one", "s=1; Path=/two/x", "s=1; Path=/two/x")]
    public async Task Cookie_is_set_for_what_the_client_sees(string annotation, string sent, string seen)
    {
        await using var app = new TestBackend("app", _ => $"HTTP/1.1 200 OK\r\nX-A: 1\r\nSet-Cookie: {sent}\r\nSet-Cookie: t=2\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n");
        await using var controller = await OneAsync(app, annotation);

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal([seen, "t=2"], answer.Headers.GetValues("Set-Cookie"));
        Assert.Equal(("1", "2"), (answer.Headers.GetValues("X-A").Single(), answer.Headers.GetValues("X-B").Single()));
    }

    [Theory]
    [InlineData("http://app.internal/", "https://a.com/", "http://app.internal/x?y", "https://a.com/x?y")]
    [InlineData("http://app.internal/", "https://a.com/", "http://other/x", "http://other/x")]
    [InlineData("http://app.internal/", null, "http://app.internal/x", "http://app.internal/x")]
    [InlineData("off", "https://a.com/", "http://app.internal/x", "http://app.internal/x")]
    [InlineData("http://app internal/", "https://a.com/", "http://app.internal/x", "http://app.internal/x")]
    public async Task Redirect_leads_where_the_client_can_go(string from, string? to, string sent, string seen)
    {
        await using var app = new TestBackend("app", _ => $"HTTP/1.1 302 Found\r\nLocation: {sent}\r\nRefresh: 5; url={sent}\r\nContent-Length: 0\r\n\r\n");
        string[] more = to is null ? [] : [$"proxy-redirect-to={to}"];
        await using var controller = await OneAsync(app, [$"proxy-redirect-from={from}", .. more]);

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal(seen, answer.Headers.Location?.OriginalString);
        Assert.Equal($"5; url={seen}", answer.Headers.GetValues("Refresh").Single());
    }

    [Theory]
    [InlineData("true", 200)]
    [InlineData("false", 503)]
    [InlineData("on", 503)]
    public async Task Services_own_address_takes_the_place_of_its_endpoints(string value, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", $"apiVersion: v1\nkind: Service\nmetadata: {{name: app}}\nspec: {{clusterIP: 127.0.0.1, ports: [{{port: {app.Port}}}]}}\n"),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations($"service-upstream={value}"))
                .Replace("number: 80", $"number: {app.Port}", StringComparison.Ordinal)));

        Assert.Equal(status, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Theory]
    [InlineData(3, "upstream-hash-by-subset=true")]
    [InlineData(2, "upstream-hash-by-subset=true", "upstream-hash-by-subset-size=2")]
    [InlineData(1, "upstream-hash-by-subset=false")]
    [InlineData(1, "upstream-hash-by-subset=some")]
    public async Task Key_meets_as_many_endpoints_as_it_may(int count, params string[] more)
    {
        var all = Enumerable.Range(0, 5).Select(static number => new TestBackend($"app{number}")).ToArray();
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", all)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(["upstream-hash-by=$http_x_key", .. more]))));

        var met = new HashSet<string>();
        for (var round = 0; round < 80; round++)
        {
            met.Add((await controller.GetAsync("a.com", "/", ("X-Key", "one"))).Body);
        }

        Assert.Equal(count, met.Count);
        foreach (var backend in all)
        {
            await backend.DisposeAsync();
        }
    }

    [Fact]
    public async Task Key_may_be_made_of_several_variables()
    {
        var all = Enumerable.Range(0, 3).Select(static number => new TestBackend($"app{number}")).ToArray();
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", all)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations("upstream-hash-by=${http_x_key}-$arg_id"))));

        var met = new Dictionary<string, HashSet<string>>();
        for (var round = 0; round < 60; round++)
        {
            var key = $"{round % 3}-{round % 4}";
            var body = (await controller.GetAsync("a.com", $"/{round}?x=y&id={round % 4}", ("X-Key", $"{round % 3}"))).Body;
            met.TryAdd(key, []);
            met[key].Add(body);
        }

        Assert.All(met.Values, static bodies => Assert.Single(bodies));
        Assert.True(met.Values.SelectMany(static bodies => bodies).Distinct().Count() > 1);
        foreach (var backend in all)
        {
            await backend.DisposeAsync();
        }
    }

    private static Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
