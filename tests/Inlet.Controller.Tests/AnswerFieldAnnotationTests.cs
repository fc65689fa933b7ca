namespace Inlet.Controller.Tests;

/// <summary>Annotations about the fields of answers and requests: effect, default and what an invalid value does.</summary>
public sealed class AnswerFieldAnnotationTests
{
    private const string UpstreamsOwn = "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: http://upstream\r\nX-Own: upstream\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("https://a.com", "https://a.com", "https://a.com")]
    [InlineData("https://a.com", "HTTPS://A.com", "HTTPS://A.com")]
    [InlineData("https://*.a.com:8443", "https://x.a.com:8443", "https://x.a.com:8443")]
    [InlineData("https://a.com,null", "null", "null")]
    [InlineData("*", "https://evil", "*")]
    [InlineData("*", null, "*")]
    [InlineData("https://a.com", "https://xa.com", "http://upstream")]
    [InlineData("https://*.a.com", "https://a.com", "http://upstream")]
    [InlineData("https://*.a.com", "https://x.y.a.com", "http://upstream")]
    [InlineData("https://a.com", "evilhttps://a.com", "http://upstream")]
    [InlineData("https://a.com", "https://a.com:444", "http://upstream")]
    [InlineData("https://a.com", null, "http://upstream")]
    [InlineData("a.com", "https://evil", "http://upstream")]
    public async Task Cors_fields_are_sent_to_allowed_origins_only(string allowed, string? origin, string expected)
    {
        await using var app = new TestBackend("app", _ => UpstreamsOwn);
        await using var controller = await OneAsync(app, "enable-cors=true", $"cors-allow-origin={allowed}");

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/", null, origin is null ? [] : [("Origin", origin)]);
        Assert.Equal([expected], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(expected != "http://upstream", answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Preflight_is_answered_by_us_and_errors_carry_the_fields()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "enable-cors=true", "cors-allow-methods=GET", "cors-max-age=7", "denylist-source-range=127.0.0.1");

        using var preflight = await controller.SendAsync(HttpMethod.Options, "a.com", "/", null, ("Origin", "https://x"));
        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal("GET", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Methods")));
        Assert.Equal("7", Assert.Single(preflight.Headers.GetValues("Access-Control-Max-Age")));
        using var denied = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal(403, (int)denied.StatusCode);
        Assert.Equal("*", Assert.Single(denied.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Preflight_of_an_origin_that_is_not_allowed_goes_to_the_endpoint()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "enable-cors=true", "cors-allow-origin=https://a.com");

        using var answer = await controller.SendAsync(HttpMethod.Options, "a.com", "/", null, ("Origin", "https://b.com"));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_cors_nothing_is_added()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "enable-cors=false");

        using var answer = await controller.SendAsync(HttpMethod.Options, "a.com", "/", null, ("Origin", "https://b.com"));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Custom_fields_replace_the_endpoints_and_follow_their_map()
    {
        await using var app = new TestBackend("app", _ => UpstreamsOwn);
        await using var controller = await OneAsync(app, "custom-headers=default/fields");

        Assert.Equal(503, (await controller.GetAsync("a.com", "/")).Status);
        controller.Write("map.yaml", Map("X-Own: \"ours; $host\""));
        await controller.UntilAsync("a.com", "/", 200);
        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal("ours; $host", Assert.Single(answer.Headers.GetValues("X-Own")));
        controller.Write("map.yaml", Map("X-Own: \"a\\r\\nX-Evil: b\""));
        await controller.UntilAsync("a.com", "/", 503);
        await controller.LoggedAsync("Ingress default/a", "ConfigMapInvalid");
    }

    [Fact]
    public async Task Large_fields_do_not_break_the_answer()
    {
        await using var app = new TestBackend("app", _ => UpstreamsOwn);
        await using var controller = await OneAsync(app, "custom-headers=default/fields");
        controller.Write("map.yaml", Map($"X-Large: {new string('x', 6000)}"));
        await controller.UntilAsync("a.com", "/", 200, "ok");
        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal(6000, Assert.Single(answer.Headers.GetValues("X-Large")).Length);
    }

    [Theory]
    [InlineData("/app/x", "x-forwarded-prefix=/app", "X-Forwarded-Prefix: /app\r\n")]
    [InlineData("/app/x", "x-forwarded-prefix=/p/$2", "X-Forwarded-Prefix: /p/x\r\n")]
    [InlineData("/app/x", "x-forwarded-prefix=/$host", "X-Forwarded-Prefix: /clients\r\n")]
    [InlineData("/app/x", "connection-proxy-header=keep-alive", "Connection: keep-alive\r\n")]
    [InlineData("/app/x", "connection-proxy-header=close", "Connection: close\r\n")]
    public async Task Endpoint_gets_the_field(string path, string annotation, string expected)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/app(/|$)(.*)", "app", Manifests.Annotations("rewrite-target=/$2", annotation), pathType: "ImplementationSpecific")));

        var head = (await controller.GetAsync("a.com", path, ("X-Forwarded-Prefix", "/clients"))).Body;
        Assert.StartsWith("GET /x ", head, StringComparison.Ordinal);
        Assert.Contains(expected, head, StringComparison.Ordinal);
        Assert.Single(head.Split("\r\n"), line => line.StartsWith(expected.Split(':')[0], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("connection-proxy-header=upgrade")]
    [InlineData("enable-cors=false")]
    public async Task Endpoint_gets_no_connection_field_otherwise(string annotation)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, annotation);

        Assert.DoesNotContain("\r\nConnection:", (await controller.GetAsync("a.com", "/")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", "/new")]
    [InlineData("false", "http://a.com/new")]
    [InlineData("on", "http://a.com/new")]
    public async Task Redirect_is_relative_when_asked_to_be(string value, string location)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "permanent-redirect=/new", $"relative-redirects={value}");

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal((301, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Theory]
    [InlineData("b.com, *.c.com", "b.com", 200)]
    [InlineData("b.com, *.c.com", "x.c.com", 200)]
    [InlineData("b.com, *.c.com", "d.com", 404)]
    [InlineData("~b.*", "b.com", 404)]
    public async Task Alias_is_served_as_the_host(string value, string host, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"server-alias={value}");

        Assert.Equal(status, (await controller.GetAsync(host, "/")).Status);
        Assert.Equal(200, (await controller.GetAsync("a.com", "/")).Status);
    }

    private static string Map(string entry) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: fields}}\ndata:\n  {entry}\n";

    private static Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
