using System.Net;
using System.Security.Authentication;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class AccessTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string WhoAmI = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

    [Fact]
    public async Task Request_without_token_is_answered_401_with_a_status()
    {
        using var nobody = new ApiClient(fixture.Server, token: null);
        var answer = await nobody.GetAsync("/api/v1/namespaces");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("Status", answer.Json.String("kind"));
        Assert.Equal("Unauthorized", answer.Json.String("reason"));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    [InlineData("a.b.c")]
    public async Task Request_with_a_wrong_token_is_answered_401_even_where_none_is_needed(string token)
    {
        using var client = new ApiClient(fixture.Server, token: null);
        var answer = await client.SendAsync(HttpMethod.Get, "/version", null, null, null, ("Authorization", $"Bearer {token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/version")]
    public async Task Health_and_version_are_open_to_anybody(string path)
    {
        using var nobody = new ApiClient(fixture.Server, token: null);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Request_with_an_origin_is_refused()
    {
        var answer = await fixture.Admin.SendAsync(HttpMethod.Get, "/api/v1/namespaces", null, null, null, ("Origin", "https://example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("Origin", answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rebound.example.com")]
    [InlineData("10.1.2.3")]
    [InlineData("kubernetes.default.svc.evil.example")]
    public async Task Request_for_a_host_not_served_is_refused_by_name(string host)
    {
        var answer = await fixture.Admin.SendAsync(HttpMethod.Get, "/version", null, null, null, ("Host", host));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains(host, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1234")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:6443")]
    [InlineData("kubernetes.default.svc")]
    public async Task Request_for_a_name_of_the_certificate_is_answered(string host)
    {
        var answer = await fixture.Admin.SendAsync(HttpMethod.Get, "/version", null, null, null, ("Host", host));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Certificate_is_trusted_through_the_cluster_ca_only()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = fixture.Server.Address };
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("/version", UriKind.Relative)));
        Assert.IsType<AuthenticationException>(e.InnerException);
    }

    [Fact]
    public async Task Http11_is_served_as_well()
    {
        using var client = new ApiClient(fixture.Server, fixture.Server.Credentials.AdminToken, version: HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/namespaces")).Status);
    }

    [Fact]
    public async Task Admin_asking_who_it_is_reads_its_name_and_groups()
    {
        var answer = await fixture.Admin.PostAsync(WhoAmI, "{}");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("kubernetes-admin", UserInfo(answer).String("username"));
        Assert.Contains("system:masters", Groups(answer));
    }

    [Fact]
    public async Task Service_account_authenticates_as_its_user_while_it_exists()
    {
        var ns = await fixture.NamespaceAsync("account");
        var token = fixture.Server.Credentials.IssueToken(ns, "robot");
        using var robot = new ApiClient(fixture.Server, token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.PostAsync(WhoAmI, "{}")).Status);

        await CreateAccountAsync(ns, "robot");
        var answer = await robot.PostAsync(WhoAmI, "{}");
        Assert.Equal($"system:serviceaccount:{ns}:robot", UserInfo(answer).String("username"));
        Assert.Equal(["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"], Groups(answer));

        await fixture.Admin.DeleteAsync($"/api/v1/namespaces/{ns}/serviceaccounts/robot");
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.PostAsync(WhoAmI, "{}")).Status);
    }

    [Fact]
    public async Task Requested_token_ends_with_its_service_account_even_when_another_takes_the_name()
    {
        var ns = await fixture.NamespaceAsync("request");
        await CreateAccountAsync(ns, "robot");
        var path = $"/api/v1/namespaces/{ns}/serviceaccounts/robot";
        var answer = await fixture.Admin.PostAsync($"{path}/token", """{"spec":{"expirationSeconds":600}}""");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(600, answer.Json.Object("spec").Integer("expirationSeconds"));
        using var robot = new ApiClient(fixture.Server, answer.Json.Object("status").String("token"));
        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync(WhoAmI, "{}")).Status);

        await fixture.Admin.DeleteAsync(path);
        await CreateAccountAsync(ns, "robot");
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.PostAsync(WhoAmI, "{}")).Status);
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":5}}""", "less than 10 minutes")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p"}}}""", "boundObjectRef")]
    public async Task Token_request_beyond_what_is_supported_is_refused_by_field(string body, string words)
    {
        var ns = await fixture.NamespaceAsync("refused");
        await CreateAccountAsync(ns, "robot");
        var answer = await fixture.Admin.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/robot/token", body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_for_another_audience_is_not_accepted_here()
    {
        var ns = await fixture.NamespaceAsync("audience");
        await CreateAccountAsync(ns, "robot");
        var answer = await fixture.Admin.PostAsync($"/api/v1/namespaces/{ns}/serviceaccounts/robot/token", """{"spec":{"audiences":["vault"]}}""");
        using var robot = new ApiClient(fixture.Server, answer.Json.Object("status").String("token"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.PostAsync(WhoAmI, "{}")).Status);
    }

    [Fact]
    public async Task Impersonation_is_the_admins_and_no_service_accounts()
    {
        var answer = await fixture.Admin.SendAsync(
            HttpMethod.Post, WhoAmI, "{}"u8.ToArray(), "application/json", null, ("Impersonate-User", "jane"), ("Impersonate-Group", "developers"));
        Assert.Equal("jane", UserInfo(answer).String("username"));
        Assert.Equal(["developers", "system:authenticated"], Groups(answer));

        var ns = await fixture.NamespaceAsync("impersonate");
        await CreateAccountAsync(ns, "robot");
        using var robot = new ApiClient(fixture.Server, fixture.Server.Credentials.IssueToken(ns, "robot"));
        var refused = await robot.SendAsync(HttpMethod.Get, "/api/v1/namespaces", null, null, null, ("Impersonate-User", "kubernetes-admin"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
    }

    [Fact]
    public async Task Access_review_of_the_admin_allows_everything()
    {
        var answer = await fixture.Admin.PostAsync(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""");
        Assert.True(answer.Json.Object("status").Boolean("allowed"));
        var bad = await fixture.Admin.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", """{"spec":{}}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, bad.Status);
    }

    private Task<JsonObject> CreateAccountAsync(string ns, string name) => fixture.Server.CreateAsync(
        ResourceTypes.ServiceAccounts, ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });

    private static JsonObject? UserInfo(ApiAnswer answer) => answer.Json.Object("status").Object("userInfo");

    private static IEnumerable<string> Groups(ApiAnswer answer) => UserInfo(answer).Array("groups")!.Select(g => g!.GetValue<string>());
}
