using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Translation;

namespace Inlet.Controller.Tests;

/// <summary>What is said of a request, by rules in files.</summary>
public sealed class ExplainTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-explain-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Every_candidate_says_why_it_lost()
    {
        Write(Manifests.Ingress("a", "a.com", "/", "root"), Manifests.Ingress("b", "a.com", "/api", "api"), Manifests.Ingress("c", "a.com", "/apis", "other"));

        var explanation = await ExplainAsync("http://A.com./x/../api//v1?q=1");

        Assert.Equal(("/x/../api//v1", "/api/v1"), (explanation.Object("path").String("asked"), explanation.Object("path").String("canonical")));
        Assert.Equal(
            [
                "/apis default/c False False the path does not begin with these elements",
                "/api default/b True True takes the request",
                "/ default/a True False would take it, but /api is longer, or asked before it",
            ],
            explanation.Objects("candidates").Select(static one =>
                $"{one.String("path")} {one.String("ingress")} {one.Boolean("takes")} {one.Boolean("wins")} {one.String("reason")}"));
        Assert.Equal("default/api:80", explanation.String("backend"));
        Assert.True(explanation.Object("outcome").Boolean("forwarded"));
        Assert.Equal("GET /api/v1?q=1 HTTP/1.1", explanation.Object("upstream").String("request"));
        Assert.Contains("X-Forwarded-For: 192.0.2.1", Headers(explanation.Object("upstream")));
    }

    [Fact]
    public async Task Unknown_host_and_path_that_climbs_are_answered_here()
    {
        Write(Manifests.Ingress("a", "a.com", "/", "root"));

        var unknown = await ExplainAsync("http://b.com/");
        Assert.Null(unknown.Object("host").String("matched"));
        Assert.Equal((404L, "NoRoute"), (unknown.Object("outcome").Integer("status"), unknown.Object("outcome").String("failure")));
        Assert.Equal(400, (await ExplainAsync("http://a.com/../x")).Object("outcome").Integer("status"));
    }

    [Fact]
    public async Task Redirects_and_access_lists_are_the_phase_that_decides()
    {
        Write(Manifests.Ingress("a", "a.com", "/", "root", """{nginx.ingress.kubernetes.io/allowlist-source-range: 10.0.0.0/8}"""),
            Manifests.Ingress("b", "b.com", "/", "root", """{nginx.ingress.kubernetes.io/permanent-redirect: "https://c.com/"}"""));

        var denied = await ExplainAsync("http://a.com/");
        Assert.Equal((403L, "access list"), (denied.Object("outcome").Integer("status"), Deciding(denied)));
        Assert.Null(Deciding(await ExplainAsync("http://a.com/", client: "10.1.1.1")));
        var redirected = await ExplainAsync("http://b.com/x");
        Assert.Equal((301L, "redirect"), (redirected.Object("outcome").Integer("status"), Deciding(redirected)));
        Assert.Contains("Location: https://c.com/", Headers(redirected.Object("outcome")));
    }

    [Fact]
    public async Task Canary_decision_is_told_with_its_numbers()
    {
        Write(Manifests.Ingress("main", "a.com", "/", "v1"),
            Manifests.Ingress("next", "a.com", "/", "v2", """{nginx.ingress.kubernetes.io/canary: "true", nginx.ingress.kubernetes.io/canary-by-header: X-Next, nginx.ingress.kubernetes.io/canary-weight: "5"}"""));

        var byWeight = (await ExplainAsync("http://a.com/")).Object("canary");
        Assert.StartsWith("no header or cookie decides", byWeight.String("decision"), StringComparison.Ordinal);
        Assert.Equal((5L, 100L, "X-Next = always or never"), (
            byWeight.Objects("canaries").Single().Integer("weight"), byWeight.Objects("canaries").Single().Integer("of"), byWeight.Objects("canaries").Single().String("header")));
        var always = await ExplainAsync("http://a.com/", "X-Next: always");
        Assert.Equal("default/v2:80", always.String("backend"));
        Assert.Contains("header or cookie of the request chooses default/v2:80", always.Object("canary").String("decision")!, StringComparison.Ordinal);
        var never = await ExplainAsync("http://a.com/", "X-Next: never");
        Assert.Contains("says never", never.Object("canary").String("decision")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Class_nginx_is_explained_by_its_rules()
    {
        Write(Manifests.Ingress("a", "a.com", "/dir/", "root").Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal));

        var explanation = await ExplainAsync("http://a.com/dir?x=1", options: TranslationOptions.IngressNginx with { ClassObjectOptional = true });

        Assert.Equal(301, explanation.Object("outcome").Integer("status"));
        Assert.Contains("Location: http://a.com/dir/?x=1", Headers(explanation.Object("outcome")));
        Assert.DoesNotContain(Headers(explanation.Object("outcome")), static line => line.StartsWith("Server:", StringComparison.Ordinal));
        var asSent = await ExplainAsync("http://a.com/dir/a/../b", options: TranslationOptions.IngressNginx with { ClassObjectOptional = true });
        Assert.Equal("GET /dir/a/../b HTTP/1.1", asSent.Object("upstream").String("request"));
    }

    [Fact]
    public async Task Https_is_tried_over_tls()
    {
        Write(Manifests.Ingress("a", "a.com", "/", "root"));

        Assert.Contains("X-Forwarded-Proto: https", Headers((await ExplainAsync("https://a.com/")).Object("upstream")));
    }

    [Theory]
    [InlineData("ftp://a.com/")]
    [InlineData("http:///x")]
    [InlineData("http://a.com:http/")]
    [InlineData("http://user@a.com/")]
    [InlineData("http://a.com/a b")]
    public void What_is_no_url_is_an_error(string url)
    {
        Assert.Throws<ControllerException>(() => ExplainRequest.Parse("GET", url, [], IPAddress.Loopback));
    }

    [Theory]
    [InlineData("no colon")]
    [InlineData("X: a\r\nY: b")]
    [InlineData(": x")]
    public void What_is_no_header_is_an_error(string field)
    {
        Assert.Throws<ControllerException>(() => ExplainRequest.Parse("GET", "http://a.com/", [field], IPAddress.Loopback));
    }

    [Fact]
    public async Task Running_controller_explains_by_what_is_in_force()
    {
        await using var backend = new TestBackend("shop");
        await using var controller = await TestController.StartAsync(
            ("all.yaml", $"{Manifests.Service("shop", backend)}\n---\n{Manifests.Ingress("a", "a.com", "/", "shop")}"));
        await controller.UntilAsync("a.com", "/", 200);
        using var client = new HttpClient();

        var text = await client.GetStringAsync(
            new Uri($"http://127.0.0.1:{controller.Host.AdminPort}/explain?url={Uri.EscapeDataString("http://a.com/x")}"), TestContext.Current.CancellationToken);
        var explanation = JsonNode.Parse(text)!.AsObject();

        Assert.Equal("default/shop:80", explanation.String("backend"));
        Assert.Equal([$"127.0.0.1:{backend.Port}"], explanation.Array("endpoints")!.Select(static node => node!.ToString()));
        Assert.True(explanation.Object("outcome").Boolean("forwarded"));
    }

    private void Write(params string[] documents) => File.WriteAllText(Path.Combine(_directory.FullName, "all.yaml"), string.Join("\n---\n", documents));

    private Task<JsonObject> ExplainAsync(string url, string? header = null, string client = "192.0.2.1", TranslationOptions? options = null)
    {
        options ??= new TranslationOptions { ClassObjectOptional = true };
        var state = ExplainedState.From(ObjectInput.Read([_directory.FullName], TextReader.Null), options, ControllerOptions.ProxyFor(options.Behaviour));
        return Explainer.ExplainAsync(
            state, ExplainRequest.Parse("GET", url, header is null ? [] : [header], IPAddress.Parse(client)), TestContext.Current.CancellationToken);
    }

    private static string? Deciding(JsonObject explanation) => explanation.Objects("phases").SingleOrDefault(static phase => phase.Boolean("decides") == true)?.String("name");

    private static IEnumerable<string> Headers(JsonObject? obj) => obj.Array("headers")!.Select(static node => node!.ToString());
}
