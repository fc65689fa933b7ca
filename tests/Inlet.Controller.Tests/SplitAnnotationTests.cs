namespace Inlet.Controller.Tests;

/// <summary>Annotations about which back end takes a request, and what a redirect's status is, from the manifest to the answer.</summary>
public sealed class SplitAnnotationTests
{
    [Theory]
    [InlineData("canary-by-cookie=beta", "Cookie", "a=b; beta=always", "v2")]
    [InlineData("canary-by-cookie=beta", "Cookie", "beta=never", "v1")]
    [InlineData("canary-by-cookie=", "Cookie", "beta=always", "v1")]
    [InlineData("canary-by-header-pattern=^k[or]", "Lang", "kr", "v2")]
    [InlineData("canary-by-header-pattern=^k[or]", "Lang", "en", "v1")]
    [InlineData("canary-by-header-pattern=(", "Lang", "kr", "v1")]
    public async Task Canary_takes_requests_by_cookie_and_by_pattern(string annotation, string name, string value, string expected)
    {
        await using var v1 = new TestBackend("v1");
        await using var v2 = new TestBackend("v2");
        string[] annotations = annotation.StartsWith("canary-by-header", StringComparison.Ordinal) ? ["canary=true", "canary-by-header=Lang", annotation] : ["canary=true", annotation];
        await using var controller = await StartAsync(v1, v2, annotations);

        Assert.Equal((200, expected), await controller.GetAsync("a.com", "/", (name, value)));
    }

    [Theory]
    [InlineData("canary-weight-total=200", 50, 25)]
    [InlineData("canary-weight-total=100", 50, 50)]
    [InlineData("canary-weight-total=many", 50, 50)]
    public async Task Weight_is_a_part_of_the_total(string annotation, int weight, int ofHundred)
    {
        await using var v1 = new TestBackend("v1");
        await using var v2 = new TestBackend("v2");
        await using var controller = await StartAsync(v1, v2, "canary=true", $"canary-weight={weight}", annotation);
        for (var count = 0; count < 200; count++)
        {
            await controller.GetAsync("a.com", "/");
        }

        Assert.InRange(v2.Requests, (2 * ofHundred) - 20, (2 * ofHundred) + 20);
    }

    [Theory]
    [InlineData("permanent-redirect=https://b.com/", "permanent-redirect-code=308", 308)]
    [InlineData("permanent-redirect=https://b.com/", "permanent-redirect-code=200", 301)]
    [InlineData("temporal-redirect=https://b.com/", "temporal-redirect-code=307", 307)]
    [InlineData("temporal-redirect=https://b.com/", "temporal-redirect-code=found", 302)]
    public async Task Redirects_have_the_status_asked_for(string redirect, string code, int status)
    {
        await using var controller = await TestController.StartAsync(("a.yaml", Manifests.Ingress("a", "a.com", "/", "svc", Manifests.Annotations(redirect, code))));

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal((status, "https://b.com/"), ((int)answer.StatusCode, answer.Headers.Location!.ToString()));
    }

    [Theory]
    [InlineData("load-balance=ewma")]
    [InlineData("load-balance=round_robin")]
    [InlineData("load-balance=fastest")]
    public async Task All_endpoints_get_requests_however_they_are_balanced(string annotation)
    {
        await using var one = new TestBackend("one");
        await using var two = new TestBackend("two");
        await using var controller = await TestController.StartAsync(
            ("all.yaml", $"{Manifests.Service("svc", one, two)}---\n{Manifests.Ingress("a", "a.com", "/", "svc", Manifests.Annotations(annotation))}"));
        for (var count = 0; count < 40; count++)
        {
            Assert.Equal(200, (await controller.GetAsync("a.com", "/")).Status);
        }

        Assert.True(one.Requests > 0 && two.Requests > 0);
    }

    [Theory]
    [InlineData("proxy-next-upstream-tries=1", true)]
    [InlineData("proxy-next-upstream-tries=3", false)]
    [InlineData("proxy-next-upstream-tries=some", false)]
    public async Task Requests_are_tried_elsewhere_as_often_as_is_said(string annotation, bool anyFails)
    {
        await using var alive = new TestBackend("alive");
        await using var ill = new TestBackend("ill", static _ => "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        await using var controller = await TestController.StartAsync(
            ("all.yaml", $"{Manifests.Service("svc", alive, ill)}---\n{Manifests.Ingress("a", "a.com", "/", "svc", Manifests.Annotations("proxy-next-upstream=http_503", annotation))}"));
        var failed = 0;
        for (var count = 0; count < 4; count++)
        {
            failed += (await controller.GetAsync("a.com", "/")).Status == 503 ? 1 : 0;
        }

        Assert.Equal(anyFails, failed > 0);
    }

    private static Task<TestController> StartAsync(TestBackend v1, TestBackend v2, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", $"{Manifests.Service("v1", v1)}---\n{Manifests.Service("v2", v2)}"),
        ("ingress.yaml", $"{Manifests.Ingress("main", "a.com", "/", "v1")}---\n{Manifests.Ingress("next", "a.com", "/", "v2", Manifests.Annotations(annotations))}"));
}
