using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class PodRequestsTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    [Fact]
    public async Task Log_is_text_of_the_only_container_with_every_option_passed_on()
    {
        var ns = await fixture.NamespaceAsync("log");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", "inlet");
        var answer = await fixture.Admin.GetAsync(
            $"{Path(ns, "p")}/log?previous=true&timestamps=true&tailLines=3&limitBytes=1000&sinceTime=2026-01-02T03:04:05Z");
        Assert.Equal("text/plain", answer.ContentType);
        Assert.Contains(
            $"Namespace = {ns}, Pod = p, PodUid = ", answer.Text, StringComparison.Ordinal);
        Assert.Contains(
            "Container = web, Follow = False, Previous = True, Timestamps = True, TailLines = 3, Since = 01/02/2026 03:04:05 +00:00, LimitBytes = 1000",
            answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Followed_log_comes_line_by_line_and_ends_with_the_server()
    {
        await using var server = await LocalApiServer.StartAsync();
        using var admin = ApiClient.Admin(server);
        await server.CreateAsync(ResourceTypes.Pods, "default", Pod("p", """[{"name":"web","image":"nginx"}]""", "inlet"));
        using var log = await admin.StreamAsync($"{Path("default", "p")}/log?follow=true");
        Assert.Contains("Follow = True", await log.NextAsync(), StringComparison.Ordinal);
        var end = log.NextAsync();
        await server.StopAsync();
        Assert.Null(await end);
    }

    [Theory]
    [InlineData("", "a container name must be specified for pod p, choose one of: [web side] or one of the init containers: [setup]")]
    [InlineData("container=none", "container none is not valid for pod p")]
    public async Task Log_of_no_one_container_is_refused_400(string query, string words)
    {
        var ns = await fixture.NamespaceAsync("several");
        await PodAsync(
            ns, "p", """[{"name":"web","image":"nginx"},{"name":"side","image":"nginx"}],"initContainers":[{"name":"setup","image":"nginx"}]""", "inlet");
        var answer = await fixture.Admin.GetAsync($"{Path(ns, "p")}/log?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(words, answer.Json.String("message"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.GetAsync($"{Path(ns, "p")}/log?container=setup")).Status);
    }

    [Theory]
    [InlineData("tailLines=-1", "tailLines")]
    [InlineData("limitBytes=0", "limitBytes")]
    [InlineData("sinceSeconds=0", "sinceSeconds")]
    [InlineData("sinceTime=yesterday", "sinceTime")]
    [InlineData("sinceSeconds=5&sinceTime=2026-01-02T03:04:05Z", "at most one of")]
    [InlineData("stream=Stderr", "stream")]
    public async Task Log_option_out_of_range_is_refused_422_by_name(string query, string words)
    {
        var ns = await fixture.NamespaceAsync("options");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", "inlet");
        var answer = await fixture.Admin.GetAsync($"{Path(ns, "p")}/log?{query}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_is_bound_to_a_node_once_and_its_log_is_empty_before()
    {
        var ns = await fixture.NamespaceAsync("bind");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", node: null);
        var log = await fixture.Admin.GetAsync($"{Path(ns, "p")}/log");
        Assert.Equal((HttpStatusCode.OK, ""), (log.Status, log.Text));

        const string Binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"inlet"}}""";
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync($"{Path(ns, "p")}/binding", Binding)).Status);
        Assert.Equal("inlet", (await fixture.Admin.GetAsync(Path(ns, "p"))).Json.Object("spec").String("nodeName"));
        Assert.Equal(HttpStatusCode.Conflict, (await fixture.Admin.PostAsync($"{Path(ns, "p")}/binding", Binding)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Admin.PostAsync($"{Path(ns, "p")}/binding", """{"kind":"Pod","apiVersion":"v1"}""")).Status);
    }

    [Fact]
    public async Task Eviction_deletes_the_pod_gracefully()
    {
        var ns = await fixture.NamespaceAsync("evict");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", "inlet");
        const string Eviction = """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""";
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync($"{Path(ns, "p")}/eviction", Eviction)).Status);
        Assert.Equal(30, (await fixture.Admin.GetAsync(Path(ns, "p"))).Json.Metadata().Integer("deletionGracePeriodSeconds"));
        var other = await fixture.Admin.PostAsync($"{Path(ns, "p")}/eviction", Eviction.Replace("\"p\"", "\"q\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, other.Status);
    }

    [Theory]
    [InlineData("proxy", HttpStatusCode.NotImplemented)]
    [InlineData("ephemeralcontainers", HttpStatusCode.NotImplemented)]
    [InlineData("nonsense", HttpStatusCode.NotFound)]
    public async Task Sub_resource_not_served_is_refused_by_name_when_kubernetes_has_it(string name, HttpStatusCode expected)
    {
        var ns = await fixture.NamespaceAsync("refused");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", "inlet");
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var answer = await fixture.Admin.SendAsync(method, $"{Path(ns, "p")}/{name}", null, null, null);
            Assert.Equal(expected, answer.Status);
            Assert.Equal(expected == HttpStatusCode.NotImplemented, answer.Json.String("message")!.Contains($"pods/{name}", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("exec?stdout=true&command=ls", "Upgrade request required")]
    [InlineData("exec?stdout=true", "at least 1 command")]
    [InlineData("exec?command=ls", "at least one of stdin, stdout, stderr")]
    [InlineData("attach?stdout=true&container=none", "container none is not valid")]
    [InlineData("portforward", "Upgrade request required")]
    public async Task Stream_that_cannot_be_had_is_refused_400(string path, string words)
    {
        var ns = await fixture.NamespaceAsync("streams");
        await PodAsync(ns, "p", """[{"name":"web","image":"nginx"}]""", "inlet");
        var answer = await fixture.Admin.PostAsync($"{Path(ns, "p")}/{path}", "");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    private Task<JsonObject> PodAsync(string ns, string name, string containers, string? node) =>
        fixture.Server.CreateAsync(ResourceTypes.Pods, ns, Pod(name, containers, node));

    private static JsonObject Pod(string name, string containers, string? node) => JsonNode.Parse(
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{{(node is null ? "" : $"\"nodeName\":\"{node}\",")}}}"containers":{{{containers}}}}}""")!.AsObject();

    private static string Path(string ns, string name) => ResourceTypes.Pods.Path(ns, name);
}
