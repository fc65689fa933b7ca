using System.Text;

namespace Inlet.Controller.Tests;

/// <summary>Names and passwords, from the Secret to the answer.</summary>
public sealed class PasswordAnnotationTests
{
    private const string Bcrypt = "$2y$05$1NzlCTQWm5ZLPCKnGObh/u3aDv3/fLRE5urkUQNZ3agmUTCN7b77e";
    private const string Apache = "$apr1$saltsalt$HIDXe7D36X22w1CH4M1cQ.";
    private const string Sha = "{SHA}W8r/fyL/UzygmbNAjq2HbA67qac=";
    private static readonly string[] Basic = ["auth-type=basic", "auth-secret=users", "auth-realm=Members only"];

    [Theory]
    [InlineData(Bcrypt)]
    [InlineData(Apache)]
    [InlineData(Sha)]
    public async Task Right_password_passes_and_others_are_401(string hash)
    {
        await using var app = TestBackend.Echoing();
        await using var controller = await OneAsync(app, $"auth=ann:{hash}\nnobody:", Basic);

        for (var round = 0; round < 2; round++)
        {
            var (status, head) = await controller.GetAsync("a.com", "/", Authorization("ann:open sesame"));
            Assert.Equal(200, status);
            Assert.DoesNotContain("Authorization", head, StringComparison.OrdinalIgnoreCase);
            foreach (var wrong in new[] { "ann:open", "ann:", "bob:open sesame", "nobody:", ":", "ann" })
            {
                Assert.Equal(401, (await controller.GetAsync("a.com", "/", Authorization(wrong))).Status);
            }
        }

        using var refused = await controller.SendAsync(HttpMethod.Get, "a.com", "/");
        Assert.Equal((401, "Basic realm=\"Members only\""), ((int)refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(401, (await controller.GetAsync("a.com", "/", ("Authorization", "Bearer x"))).Status);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/", ("Authorization", "Basic ???"))).Status);
        Assert.Equal(2, app.Requests);
    }

    [Fact]
    public async Task Map_has_one_user_per_key()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"ann={Apache}", [.. Basic, "auth-secret-type=auth-map"]);

        Assert.Equal(200, (await controller.GetAsync("a.com", "/", Authorization("ann:open sesame"))).Status);
        Assert.Equal(401, (await controller.GetAsync("a.com", "/", Authorization("ann:x"))).Status);
    }

    [Fact]
    public async Task Changed_secret_is_in_force_at_once_also_for_passwords_that_were_good()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth=ann:{Bcrypt}", Basic);
        Assert.Equal(200, (await controller.GetAsync("a.com", "/", Authorization("ann:open sesame"))).Status);

        controller.Write("secret.yaml", Secret($"auth=bob:{Bcrypt}"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await controller.GetAsync("a.com", "/", Authorization("ann:open sesame"))).Status != 401)
        {
            Assert.False(patience.IsCancellationRequested, "the old password is still good");
        }

        Assert.Equal(200, (await controller.GetAsync("a.com", "/", Authorization("bob:open sesame"))).Status);
    }

    [Theory]
    [InlineData("auth-type=digest", "auth-secret=users")]
    [InlineData("auth-type=basic", "auth-secret=none")]
    [InlineData("auth-type=basic")]
    [InlineData("auth-secret=users")]
    public async Task What_cannot_be_guarded_is_closed(params string[] annotations)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth=ann:{Sha}", annotations);

        Assert.Equal(503, (await controller.GetAsync("a.com", "/", Authorization("ann:open sesame"))).Status);
        Assert.Equal(0, app.Requests);
    }

    [Theory]
    [InlineData("any", "127.0.0.0/8", null, 200)]
    [InlineData("any", "10.0.0.0/8", null, 401)]
    [InlineData("any", "10.0.0.0/8", "ann:open sesame", 200)]
    [InlineData("all", "127.0.0.0/8", null, 401)]
    [InlineData("all", "127.0.0.0/8", "ann:open sesame", 200)]
    [InlineData("all", "10.0.0.0/8", "ann:open sesame", 403)]
    [InlineData("Any", "127.0.0.0/8", null, 401)]
    public async Task Satisfy_says_whether_one_is_enough(string satisfy, string allow, string? credentials, int status)
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth=ann:{Sha}", [.. Basic, $"satisfy={satisfy}", $"allowlist-source-range={allow}"]);

        Assert.Equal(status, (await controller.GetAsync("a.com", "/", credentials is null ? [] : [Authorization(credentials)])).Status);
    }

    [Fact]
    public async Task Slow_hashes_keep_nobody_else_waiting_and_bodies_survive_them()
    {
        await using var app = new TestBackend("app");
        await using var controller = await OneAsync(app, $"auth=ann:{Bcrypt}", Basic);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            using var answer = await controller.SendAsync(HttpMethod.Get, "a.com", $"/{number}", null, Authorization(number % 2 == 0 ? "ann:open sesame" : $"ann:wrong{number}"));
            return (int)answer.StatusCode;
        }));
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => number % 2 == 0 ? 200 : 401), answers);
    }

    private static (string Name, string Value) Authorization(string credentials) =>
        ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}");

    private static string Secret(string entry)
    {
        var parts = entry.Split('=', 2);
        return $"apiVersion: v1\nkind: Secret\nmetadata: {{name: users}}\ntype: Opaque\ndata: {{{parts[0]}: \"{Convert.ToBase64String(Encoding.UTF8.GetBytes(parts[1]))}\"}}\n";
    }

    private static Task<TestController> OneAsync(TestBackend backend, string secret, string[] annotations) => TestController.StartAsync(
        ("services.yaml", Manifests.Service("app", backend)),
        ("secret.yaml", Secret(secret)),
        ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "app", Manifests.Annotations(annotations))));
}
