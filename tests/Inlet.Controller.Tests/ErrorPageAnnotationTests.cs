namespace Inlet.Controller.Tests;

/// <summary>Who speaks for a backend that fails, and what Ingresses without rules may say.</summary>
public sealed class ErrorPageAnnotationTests
{
    [Theory]
    [InlineData("404 Not Found", "custom-http-errors=404,503", true)]
    [InlineData("500 Oops", "custom-http-errors=404,503", false)]
    [InlineData("404 Not Found", "custom-http-errors=404x", false)]
    [InlineData("404 Not Found", "enable-cors=false", false)]
    public async Task Endpoints_errors_are_replaced_by_the_page(string answer, string annotation, bool replaced)
    {
        var asked = "";
        await using var app = new TestBackend("app", _ => $"HTTP/1.1 {answer}\r\nContent-Length: 3\r\n\r\napp");
        await using var pages = new TestBackend("pages", head =>
        {
            asked = head;
            return "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\npage";
        });
        await using var controller = await OneAsync(app, pages, annotation, "default-backend=pages");

        for (var round = 0; round < 3; round++)
        {
            var got = await controller.GetAsync("a.com", "/x?y=z", ("Accept", "text/html"));
            Assert.Equal(replaced ? (410, "page") : (int.Parse(answer.AsSpan(0, 3)), "app"), got);
        }

        Assert.Equal(3, app.Requests);
        if (replaced)
        {
            Assert.StartsWith("GET / HTTP/1.1\r\n", asked, StringComparison.Ordinal);
            foreach (var line in new[]
            {
                "Host: a.com", "X-Code: 404", "X-Format: text/html", "X-Original-URI: /x?y=z", "X-Namespace: default", "X-Ingress-Name: a", "X-Service-Name: app", "X-Service-Port: 80",
                "X-Forwarded-For: 127.0.0.1",
            })
            {
                Assert.Contains($"\r\n{line}\r\n", asked, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("true", 404, "app", 410, "page")]
    [InlineData("false", 410, "page", 410, "page")]
    public async Task Endpoints_errors_pass_where_only_ours_are_replaced(string keep, int status, string body, int ownStatus, string ownBody)
    {
        await using var app = new TestBackend("app", head => head.StartsWith("GET /down", StringComparison.Ordinal) ? "garbage\r\n\r\n" : "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\napp");
        await using var pages = new TestBackend("pages", _ => "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\npage");
        await using var controller = await OneAsync(app, pages, "custom-http-errors=404,502", "default-backend=pages", $"disable-proxy-intercept-errors={keep}");

        Assert.Equal((status, body), await controller.GetAsync("a.com", "/"));
        Assert.Equal((ownStatus, ownBody), await controller.GetAsync("a.com", "/down"));
    }

    [Fact]
    public async Task Own_errors_are_replaced_also_with_a_body_on_its_way_and_with_head()
    {
        await using var app = new TestBackend("app");
        await using var pages = new TestBackend("pages", head => head.StartsWith("HEAD ", StringComparison.Ordinal)
            ? "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\n" : "HTTP/1.1 410 Gone\r\nContent-Length: 4\r\n\r\npage");
        await using var controller = await OneAsync(app, pages, "custom-http-errors=403,413", "default-backend=pages", "denylist-source-range=127.0.0.0/8");

        Assert.Equal((410, "page"), await controller.GetAsync("a.com", "/"));
        using var posted = await controller.SendAsync(HttpMethod.Post, "a.com", "/", new string('x', 200_000));
        Assert.Equal((410, "page"), ((int)posted.StatusCode, await posted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        using var head = await controller.SendAsync(HttpMethod.Head, "a.com", "/");
        Assert.Equal(410, (int)head.StatusCode);
        Assert.Equal((410, "page"), await controller.GetAsync("a.com", "/"));
        Assert.Equal(0, app.Requests);
    }

    [Fact]
    public async Task Page_that_fails_too_is_not_replaced_again()
    {
        await using var app = new TestBackend("app", _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\napp");
        var pages = new TestBackend("pages", _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\npage");
        await using var controller = await OneAsync(app, pages, "custom-http-errors=404,502", "default-backend=pages");

        Assert.Equal((404, "page"), await controller.GetAsync("a.com", "/"));
        await pages.DisposeAsync();
        Assert.Equal(502, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Fact]
    public async Task Catch_all_makes_the_page_where_the_ingress_names_none()
    {
        await using var app = new TestBackend("app", _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\napp");
        await using var pages = new TestBackend("pages");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app) + "---\n" + Manifests.Service("pages", pages)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations("custom-http-errors=404")) + "---\n" + CatchAll("{}")));

        Assert.Equal((200, "pages"), await controller.GetAsync("a.com", "/"));
    }

    [Theory]
    [InlineData("default-backend=pages", 200)]
    [InlineData("default-backend=nobody", 503)]
    [InlineData("default-backend=Pages", 503)]
    public async Task Stand_in_takes_requests_while_there_are_no_endpoints(string annotation, int status)
    {
        await using var pages = TestBackend.Echoing();
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app") + Manifests.Service("pages", pages)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotation, "rewrite-target=/other"))));

        var (got, head) = await controller.GetAsync("a.com", "/x?y=z");
        Assert.Equal(status, got);
        if (annotation == "default-backend=nobody")
        {
            await controller.LoggedAsync("Ingress default/a", "ServiceNotFound", "nobody");
        }

        if (status == 200)
        {
            Assert.StartsWith("GET /x?y=z HTTP/1.1\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Code: 503\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Service-Name: app\r\n", head, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("denylist-source-range=127.0.0.1", 403)]
    [InlineData("denylist-source-range=127.0.0.1/99", 503)]
    [InlineData("denylist-source-range=10.0.0.0/8", 200)]
    [InlineData("custom-headers=default/none", 503)]
    [InlineData("permanent-redirect=https://x.com", 200)]
    [InlineData("rewrite-target=/x", 200)]
    public async Task Ingress_without_rules_has_annotations_too(string annotation, int status)
    {
        await using var pages = new TestBackend("pages");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("pages", pages)), ("ingress.yaml", CatchAll(Manifests.Annotations(annotation))));

        Assert.Equal(status, (await controller.GetAsync("a.com", "/")).Status);
    }

    private static string CatchAll(string annotations) =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: all, annotations: {{annotations}} }
        spec:
          ingressClassName: inlet
          defaultBackend: {service: {name: pages, port: {number: 80} } }

        """;

    private static Task<TestController> OneAsync(TestBackend app, TestBackend pages, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", app) + "---\n" + Manifests.Service("pages", pages)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
