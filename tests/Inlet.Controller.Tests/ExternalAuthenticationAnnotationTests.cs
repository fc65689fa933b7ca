namespace Inlet.Controller.Tests;

/// <summary>External authentication: what the service is asked, and what becomes of its answers.</summary>
public sealed class ExternalAuthenticationAnnotationTests
{
    [Theory]
    [InlineData("200 OK", 200)]
    [InlineData("204 No Content", 200)]
    [InlineData("401 Unauthorized", 401)]
    [InlineData("403 Forbidden", 403)]
    [InlineData("302 Found", 500)]
    [InlineData("404 Not Found", 500)]
    [InlineData("500 Oops", 500)]
    public async Task Service_decides(string answer, int status)
    {
        await using var service = new TestBackend("auth", _ => $"HTTP/1.1 {answer}\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n");
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth-url=http://127.0.0.1:{service.Port}/check");

        for (var round = 0; round < 3; round++)
        {
            using var got = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
            Assert.Equal(status, (int)got.StatusCode);
            Assert.Equal(status == 401 ? "Bearer" : "", got.Headers.WwwAuthenticate.ToString());
        }

        Assert.Equal((3, status == 200 ? 3 : 0), (service.Requests, app.Requests));
    }

    [Fact]
    public async Task Service_is_told_of_the_request_and_the_endpoint_of_its_answer()
    {
        var asked = "";
        await using var service = new TestBackend("auth", head =>
        {
            asked = head;
            return "HTTP/1.1 200 OK\r\nX-User: ann\r\nX-Other: no\r\nSet-Cookie: s=1\r\nContent-Length: 2\r\n\r\nok";
        });
        await using var app = TestBackend.Echoing();
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("app", app)),
            ("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: h}\ndata: {X-Extra: more}\n"),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(
                $"auth-url=http://127.0.0.1:{service.Port}/check?h=$host&x=$http_x_odd", "auth-method=POST", "auth-response-headers=X-User, X-Mail", "auth-proxy-set-headers=default/h"))));

        using var answer = await controller.SendAsync(
            HttpMethod.Put, "a.com", "/p?q=1", "body", ("X-User", "forged"), ("X-Mail", "forged"), ("Cookie", "c=1"), ("X-Extra", "forged"), ("X-Original-URL", "forged"), ("X-Odd", "a b"));
        var head = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("POST /check?h=a.com&x=a%20b HTTP/1.1\r\n", asked, StringComparison.Ordinal);
        foreach (var line in new[]
        {
            $"Host: 127.0.0.1:{service.Port}", "X-Original-URL: http://a.com/p?q=1", "X-Original-Method: PUT", "X-Original-URI: /p?q=1", "X-Scheme: http", "X-Auth-Request-Redirect: /p?q=1",
            "X-Sent-From: nginx-ingress-controller", "X-Real-IP: 127.0.0.1", "Cookie: c=1", "X-Extra: more", "Content-Length: 0", "X-User: forged",
        })
        {
            Assert.Contains($"\r\n{line}\r\n", asked, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("X-Extra: forged", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Original-URL: forged", asked, StringComparison.Ordinal);
        Assert.StartsWith("PUT /p?q=1 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-User: ann\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", head.Replace("X-Extra: forged", "", StringComparison.Ordinal).Replace("X-Original-URL: forged", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("X-Other", head, StringComparison.Ordinal);
        Assert.Equal("s=1", Assert.Single(answer.Headers.GetValues("Set-Cookie")));
    }

    [Theory]
    [InlineData("https://auth.test/start", null, "https://auth.test/start?rd=http://a.com:81%2Fp%3Fa%3Db%26c%3Dd")]
    [InlineData("https://auth.test/start?x=y", null, "https://auth.test/start?x=y&rd=http://a.com:81%2Fp%3Fa%3Db%26c%3Dd")]
    [InlineData("https://$host/start?rd=$escaped_request_uri", null, "https://a.com/start?rd=%2Fp%3Fa%3Db%26c%3Dd")]
    [InlineData("https://auth.test/start", "next", "https://auth.test/start?next=http://a.com:81%2Fp%3Fa%3Db%26c%3Dd")]
    public async Task Whoever_is_not_signed_in_is_sent_to_sign_in(string page, string? parameter, string location)
    {
        await using var service = new TestBackend("auth", _ => "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
        await using var app = new TestBackend("app");
        string[] more = parameter is null ? [] : [$"auth-signin-redirect-param={parameter}"];
        await using var controller = await OneAsync(app, [$"auth-url=http://127.0.0.1:{service.Port}/", $"auth-signin={page}", .. more]);

        using var answer = await controller.SendAsync(HttpMethod.Get, "a.com:81", "/p?a=b&c=d");
        Assert.Equal((302, location), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(0, app.Requests);
    }

    [Theory]
    [InlineData("404 Not Found", "false", false)]
    [InlineData("404 Not Found", "true", true)]
    [InlineData("404 Not Found", null, false)]
    [InlineData("200 OK", null, true)]
    public async Task Cookies_of_the_service_reach_the_client_with_good_answers_or_always(string answer, string? always, bool cookie)
    {
        await using var service = new TestBackend("auth", _ => "HTTP/1.1 200 OK\r\nSet-Cookie: s=1\r\nContent-Length: 0\r\n\r\n");
        await using var app = new TestBackend("app", _ => $"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        string[] more = always is null ? [] : [$"auth-always-set-cookie={always}"];
        await using var controller = await OneAsync(app, [$"auth-url=http://127.0.0.1:{service.Port}/", .. more]);

        using var got = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal(cookie, got.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Answers_are_shared_by_key_and_survive_the_service()
    {
        await using var app = TestBackend.Echoing();
        var service = new TestBackend("auth", _ => "HTTP/1.1 200 OK\r\nX-User: ann\r\nContent-Length: 0\r\n\r\n");
        await using var controller = await OneAsync(
            app, $"auth-url=http://127.0.0.1:{service.Port}/", "auth-cache-key=$cookie_session", "auth-cache-duration=200 10m", "auth-response-headers=X-User");

        Assert.Equal(200, (await controller.GetAsync("a.com", "/", ("Cookie", "session=1"))).Status);
        Assert.Equal(200, (await controller.GetAsync("a.com", "/x", ("Cookie", "session=1"))).Status);
        Assert.Equal(1, service.Requests);
        Assert.Equal(200, (await controller.GetAsync("a.com", "/", ("Cookie", "session=2"))).Status);
        Assert.Equal(2, service.Requests);
        await service.DisposeAsync();
        var (status, head) = await controller.GetAsync("a.com", "/", ("Cookie", "session=1"));
        Assert.Equal(200, status);
        Assert.Contains("X-User: ann", head, StringComparison.Ordinal);
        Assert.Equal(500, (await controller.GetAsync("a.com", "/", ("Cookie", "session=3"))).Status);
    }

    [Fact]
    public async Task Without_a_service_that_answers_nobody_passes()
    {
        var service = new TestBackend("auth");
        await service.DisposeAsync();
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth-url=http://127.0.0.1:{service.Port}/");

        Assert.Equal(500, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(0, app.Requests);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    public async Task Answer_that_is_none_lets_nobody_pass(string answer)
    {
        await using var service = new TestBackend("auth", _ => answer);
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth-url=http://127.0.0.1:{service.Port}/");

        Assert.Equal(500, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(0, app.Requests);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("[::ffff:169.254.169.254]")]
    [InlineData("0.0.0.0")]
    public async Task Service_is_not_asked_where_only_this_machine_may(string address)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth-url=http://{address}/latest/meta-data");

        Assert.Equal(500, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Theory]
    [InlineData("auth-url=127.0.0.1/check")]
    [InlineData("auth-url=http://x..y/")]
    [InlineData("auth-url=http://x/", "auth-method=get")]
    [InlineData("auth-url=http://x/", "auth-cache-key=$nothing")]
    public async Task Invalid_setting_closes_the_route(params string[] annotations)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, annotations);

        Assert.Equal(503, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Fact]
    public async Task Name_of_a_service_is_looked_up()
    {
        await using var service = new TestBackend("auth", _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth-url=http://localhost:{service.Port}/");

        Assert.Equal(200, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(200, (await controller.GetAsync("a.com", "/")).Status);
        Assert.Equal(2, service.Requests);
    }

    [Fact]
    public async Task Password_and_service_are_both_needed_unless_one_is_enough()
    {
        await using var service = new TestBackend("auth", head => head.Contains("X-Pass: yes", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
        await using var app = new TestBackend("app");
        foreach (var satisfy in new[] { "all", "any" })
        {
            await using var controller = await TestController.StartAsync(
                ("services.yaml", Manifests.Service("app", app)),
                ("secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: users}\ntype: Opaque\nstringData: {auth: 'ann:{PLAIN}x'}\n"),
                ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(
                    "auth-type=basic", "auth-secret=users", $"auth-url=http://127.0.0.1:{service.Port}/", $"satisfy={satisfy}"))));
            (string, string) password = ("Authorization", "Basic YW5uOng="), pass = ("X-Pass", "yes");

            var one = satisfy == "any" ? 200 : 401;
            Assert.Equal(401, (await controller.GetAsync("a.com", "/")).Status);
            Assert.Equal(one, (await controller.GetAsync("a.com", "/", password)).Status);
            Assert.Equal(one, (await controller.GetAsync("a.com", "/", pass)).Status);
            Assert.Equal(200, (await controller.GetAsync("a.com", "/", password, pass)).Status);
        }
    }

    private static Task<TestController> OneAsync(TestBackend backend, params string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
