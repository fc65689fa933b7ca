using System.Net;

namespace Inlet.Controller.Tests;

/// <summary>Annotations about endpoints, from the manifest to the answer: effect, default and what an invalid value does.</summary>
public sealed class UpstreamAnnotationTests
{
    [Fact]
    public async Task Body_larger_than_the_annotation_allows_is_answered_413()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, "proxy-body-size=8");

        using var refused = await controller.SendAsync(HttpMethod.Post, "a.com", "/", "123456789");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal((200, "app"), await controller.GetAsync("a.com", "/"));
    }

    [Fact]
    public async Task Silent_endpoint_is_answered_504_after_the_annotated_time()
    {
        await using var app = new TestBackend("app", _ => null);
        await using var controller = await OneAsync(app, "proxy-read-timeout=1");

        Assert.Equal(504, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Theory]
    [InlineData("proxy-next-upstream=http_503", false)]
    [InlineData("proxy-next-upstream=error", true)]
    [InlineData("proxy-next-upstream=off", true)]
    [InlineData("proxy-next-upstream=http_999", true)]
    public async Task Endpoints_503_is_repeated_elsewhere_only_where_asked_for(string annotation, bool seen)
    {
        await using var bad = new TestBackend("bad", _ => "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        await using var good = new TestBackend("good");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", bad, good)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotation))));

        var statuses = new HashSet<int>();
        for (var request = 0; request < 6; request++)
        {
            statuses.Add((await controller.GetAsync("a.com", "/")).Status);
        }

        Assert.Equal(seen, statuses.Contains(503));
        Assert.Contains(200, statuses);
    }

    [Fact]
    public async Task Requests_with_the_same_header_go_to_the_same_endpoint()
    {
        await using var one = new TestBackend("one");
        await using var two = new TestBackend("two");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", one, two)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations("upstream-hash-by=$http_x_user"))));

        var bodies = new HashSet<string>();
        for (var user = 0; user < 20; user++)
        {
            var first = (await controller.GetAsync("a.com", "/", ("X-User", $"{user}"))).Body;
            Assert.Equal(first, (await controller.GetAsync("a.com", "/", ("X-User", $"{user}"))).Body);
            bodies.Add(first);
        }

        Assert.Equal(2, bodies.Count);
    }

    [Theory]
    [InlineData("backend-protocol=HTPS", "AnnotationInvalid")]
    [InlineData("backend-protocol=GRPC", "AnnotationNotSupported")]
    public async Task Protocol_that_cannot_be_spoken_closes_the_ingress_and_no_other(string annotation, string code)
    {
        await using var app = new TestBackend("app");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotation)) + "---\n" + Manifests.Ingress("b", "b.com", "/", "app")));

        Assert.Equal(503, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal((200, "app"), await controller.GetAsync("b.com", "/"));
        Assert.Equal(1, app.Requests);
        await controller.LoggedAsync("Ingress default/a", code, "backend-protocol");
    }

    [Fact]
    public async Task Endpoint_to_be_reached_by_https_gets_a_handshake_and_never_the_request_in_the_clear()
    {
        await using var plain = new TestBackend("plain");
        await using var controller = await OneAsync(plain, "backend-protocol=HTTPS", "proxy-connect-timeout=1", "proxy-next-upstream=off");

        // The endpoint waits for a request that it can read; the handshake for an answer.
        Assert.Equal(504, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(0, plain.Requests);
    }

    [Theory]
    [InlineData("upstream-vhost=app.internal", "app.internal")]
    [InlineData("upstream-vhost=$host", "a.com")]
    public async Task Endpoint_gets_the_host_that_the_annotation_names(string annotation, string host)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, annotation);

        var head = (await controller.GetAsync("a.com", "/")).Body;
        Assert.Contains($"\r\nHost: {host}\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Forwarded-Host: a.com\r\n", head, StringComparison.Ordinal);
    }

    private static Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
