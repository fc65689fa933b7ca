namespace Inlet.Controller.Tests;

/// <summary>Which annotation goes before which, where one Ingress has several, or several Ingresses share a host.</summary>
public sealed class AnnotationInterplayTests
{
    private static readonly string[] Password = ["auth-type=basic", "auth-secret=users"];

    [Fact]
    public async Task Redirects_and_preflights_go_before_passwords_limits_and_lists()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(
            app, [.. Password, "permanent-redirect=https://new.com/", "denylist-source-range=127.0.0.1", "limit-rpm=1", "limit-burst-multiplier=1", "enable-cors=true"]);

        for (var round = 0; round < 5; round++)
        {
            using var moved = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
            Assert.Equal((301, "*"), ((int)moved.StatusCode, moved.Headers.GetValues("Access-Control-Allow-Origin").Single()));
            using var preflight = await controller.SendAsync(HttpMethod.Options, "a.com", "/", null, ("Origin", "https://x"));
            Assert.Equal(204, (int)preflight.StatusCode);
        }
    }

    [Fact]
    public async Task Redirect_to_https_goes_before_the_password()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, [.. Password, "force-ssl-redirect=true"]);

        Assert.Equal(308, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Fact]
    public async Task Limits_count_what_the_password_would_refuse()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, [.. Password, "limit-rpm=1", "limit-burst-multiplier=2", "enable-cors=true"]);

        int[] statuses = [(await controller.GetAsync("a.com", "/")).Status, (await controller.GetAsync("a.com", "/")).Status, (await controller.GetAsync("a.com", "/")).Status];
        Assert.Equal([401, 401, 401], statuses);
        using var limited = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal((503, "*"), ((int)limited.StatusCode, limited.Headers.GetValues("Access-Control-Allow-Origin").Single()));
    }

    [Fact]
    public async Task Size_of_a_body_and_want_of_endpoints_go_before_the_password()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, [.. Password, "proxy-body-size=10"]);
        using var large = await controller.SendAsync(HttpMethod.Post, "a.com", "/", new string('x', 11));
        Assert.Equal(413, (int)large.StatusCode);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/")).Status);

        controller.Write("services.yaml", Manifests.Service("app", false, app));
        await controller.UntilAsync("a.com", "/", 503);
    }

    [Fact]
    public async Task Guards_hold_for_the_stand_in_too()
    {
        await using var pages = new TestBackend("pages");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app") + Manifests.Service("pages", pages)), ("secret.yaml", Users),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations([.. Password, "default-backend=pages"]))));

        Assert.Equal(401, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal((200, "pages"), await controller.GetAsync("a.com", "/", ("Authorization", "Basic YW5uOng=")));
    }

    [Fact]
    public async Task Page_of_an_error_may_be_that_of_a_missing_password_and_opens_nothing()
    {
        await using var app = new TestBackend("app");
        await using var pages = new TestBackend("pages");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app) + "---\n" + Manifests.Service("pages", pages)), ("secret.yaml", Users),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations([.. Password, "default-backend=pages", "custom-http-errors=401"]))));

        Assert.Equal((200, "pages"), await controller.GetAsync("a.com", "/"));
        Assert.Equal(0, app.Requests);
        Assert.Equal((200, "app"), await controller.GetAsync("a.com", "/", ("Authorization", "Basic YW5uOng=")));
    }

    [Fact]
    public async Task Each_ingress_of_a_host_guards_its_own_paths()
    {
        await using var app = new TestBackend("app");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)), ("secret.yaml", Users),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/private", "app", Manifests.Annotations(Password)) + "---\n"
                + Manifests.Ingress("b", "a.com", "/", "app", Manifests.Annotations("enable-cors=true")) + "---\n"
                + Manifests.Ingress("c", "a.com", "/v[0-9]+/private", "app", Manifests.Annotations([.. Password, "use-regex=true"]), pathType: "ImplementationSpecific")));

        Assert.Equal(200, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/private/x")).Status);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/v2/private")).Status);
        // What an endpoint might take for the guarded path is not let through beside it.
        Assert.Equal(400, (await controller.GetAsync("a.com", "/open%2F..%2Fprivate")).Status);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/x/../private")).Status);
    }

    private const string Users = "apiVersion: v1\nkind: Secret\nmetadata: {name: users}\ntype: Opaque\nstringData: {auth: 'ann:{PLAIN}x'}\n";

    private static Task<TestController> OneAsync(TestBackend backend, string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)), ("secret.yaml", Users),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
