namespace Inlet.Controller.Tests;

/// <summary>Annotations about what becomes of a request, from the manifest to the answer: effect, default and what an invalid value does.</summary>
public sealed class RouteAnnotationTests
{
    [Theory]
    [InlineData("/api/users/1?q=2", "GET /users/1?q=2 ")]
    [InlineData("/api", "GET / ")]
    [InlineData("/API/x", "GET /x ")]
    [InlineData("/api/a%2Fb", "GET /a%2Fb ")]
    [InlineData("/api//x/../y", "GET /y ")]
    public async Task Rewrite_sends_what_was_captured(string path, string requestLine)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, "/api(/|$)(.*)", "rewrite-target=/$2");

        var (status, body) = await controller.GetAsync("a.com", path);
        Assert.Equal(200, status);
        Assert.StartsWith(requestLine, body, StringComparison.Ordinal);
        Assert.Equal(404, (await controller.GetAsync("a.com", "/apis")).Status);
    }

    [Theory]
    [InlineData("/cut/x", 200, "GET /x ")]
    [InlineData("/cuta../secret", 400, "")]
    public async Task Rewrite_lets_no_capture_climb_out(string path, int status, string requestLine)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, "/cuta?(.*)", "rewrite-target=/$1");

        var answer = await controller.GetAsync("a.com", path);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith(requestLine, answer.Status == 200 ? answer.Body : "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_rewrite_is_reported_and_the_path_sent_as_it_came()
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, "/api", "rewrite-target=/$host");

        Assert.StartsWith("GET /api/x ", (await controller.GetAsync("a.com", "/api/x")).Body, StringComparison.Ordinal);
        await controller.LoggedAsync("Ingress default/a", "AnnotationInvalid", "rewrite-target");
    }

    [Theory]
    [InlineData("/id/7", "id")]
    [InlineData("/id/7/more", "id")]
    [InlineData("/id/x", "rest")]
    [InlineData("/id", "rest")]
    public async Task Expression_takes_what_it_describes_and_leaves_the_rest(string path, string backend)
    {
        await using var id = new TestBackend("id");
        await using var rest = new TestBackend("rest");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("id", id) + "---\n" + Manifests.Service("rest", rest)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/id/[0-9]+", "id", Manifests.Annotations("use-regex=true"), pathType: "ImplementationSpecific")
                + "---\n" + Manifests.Ingress("b", "a.com", "/", "rest")));

        Assert.Equal((200, backend), await controller.GetAsync("a.com", path));
    }

    [Theory]
    [InlineData("permanent-redirect=https://x.com/a", "/b?c", 301, "https://x.com/a")]
    [InlineData("permanent-redirect=/new", "/b?c", 301, "http://a.com:81/new")]
    [InlineData("temporal-redirect=http://x.com", "/", 302, "http://x.com")]
    [InlineData("app-root=/shop", "/", 302, "http://a.com:81/shop")]
    [InlineData("app-root=/shop", "/?x", 302, "http://a.com:81/shop")]
    [InlineData("app-root=/shop", "/other", 200, null)]
    [InlineData("app-root=shop", "/", 200, null)]
    [InlineData("permanent-redirect=https://$host/", "/", 503, null)]
    public async Task Redirect_leads_where_the_annotation_says(string annotation, string path, int status, string? location)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "/", annotation);

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com:81", path);
        Assert.Equal((status, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(status == 200 ? 1 : 0, app.Requests);
    }

    [Theory]
    [InlineData("www.a.com", "http://a.com/x?y")]
    [InlineData("www.a.com:8080", "http://a.com:8080/x?y")]
    public async Task Other_name_is_redirected_to_the_host(string host, string location)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "/", "from-to-www-redirect=true");

        using var answer = await controller.SendAsync(HttpMethod.Get, host, "/x?y");
        Assert.Equal((308, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal((200, "app"), await controller.GetAsync("a.com", "/x?y"));
    }

    [Theory]
    [InlineData("allowlist-source-range=10.0.0.0/8", 403)]
    [InlineData("whitelist-source-range=127.0.0.0/8", 200)]
    [InlineData("whitelist-source-range=10.0.0.0/8, 127.0.0.1", 200)]
    [InlineData("denylist-source-range=127.0.0.1", 403)]
    [InlineData("denylist-source-range=10.0.0.0/8", 200)]
    [InlineData("allowlist-source-range=127.0.0.0/88", 503)]
    public async Task Client_is_served_only_from_where_it_may_come(string annotation, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "/", annotation);

        Assert.Equal(status, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(status == 200 ? 1 : 0, app.Requests);
    }

    [Theory]
    [InlineData("/public/a%2Fb", 200)]
    [InlineData("/public/..%2Fprivate", 400)]
    [InlineData("/public/..%5Cprivate", 400)]
    [InlineData("/public%2F..%2F..%2Fx", 404)]
    public async Task Escaped_separator_does_not_lead_around_an_access_list(string path, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/public", "app") + "---\n"
                + Manifests.Ingress("b", "a.com", "/private", "app", Manifests.Annotations("allowlist-source-range=10.0.0.0/8"))));

        Assert.Equal(status, (await controller.GetAsync("a.com", path)).Status);
        Assert.Equal(403, (await controller.GetAsync("a.com", "/private")).Status);
    }

    private static Task<TestController> OneAsync(TestBackend backend, string path, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", path, "app", Manifests.Annotations(annotations))));
}
