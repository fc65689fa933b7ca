using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class DiscoveryTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string KubectlAccept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

    [Theory]
    [InlineData("v2")]
    [InlineData("v2beta1")]
    public async Task Aggregated_discovery_names_every_resource_with_its_kind_verbs_and_subresources(string version)
    {
        var answer = await fixture.Admin.GetAsync("/apis", $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
        Assert.Contains($"v={version}", answer.ContentType, StringComparison.Ordinal);
        Assert.Contains("as=APIGroupDiscoveryList", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal($"apidiscovery.k8s.io/{version}", answer.Json.String("apiVersion"));
        var deployments = Version(answer, "apps").Objects("resources").Single(r => r.String("resource") == "deployments");
        Assert.Equal("Deployment", deployments.Object("responseKind").String("kind"));
        Assert.Equal("Namespaced", deployments.String("scope"));
        Assert.Contains("watch", deployments.Array("verbs")!.Select(v => v!.GetValue<string>()));
        Assert.Equal(["deploy"], deployments.Array("shortNames")!.Select(v => v!.GetValue<string>()));
        Assert.Contains("scale", deployments.Objects("subresources").Select(s => s.String("subresource")));
    }

    [Fact]
    public async Task Newest_aggregated_form_is_chosen_from_kubectls_list_of_forms()
    {
        var answer = await fixture.Admin.GetAsync("/api", KubectlAccept);
        Assert.Equal("apidiscovery.k8s.io/v2", answer.Json.String("apiVersion"));
        Assert.Equal("", answer.Json.Objects("items").Single().Object("metadata").String("name"));
    }

    [Fact]
    public async Task Old_discovery_answers_lists_groups_and_resources()
    {
        Assert.Equal(["v1"], (await fixture.Admin.GetAsync("/api")).Json.Array("versions")!.Select(v => v!.GetValue<string>()));
        var groups = (await fixture.Admin.GetAsync("/apis", "application/json, */*")).Json;
        Assert.Equal("APIGroupList", groups.String("kind"));
        Assert.Equal("networking.k8s.io/v1", groups.Objects("groups").Single(g => g.String("name") == "networking.k8s.io").Object("preferredVersion").String("groupVersion"));
        Assert.Equal("APIGroup", (await fixture.Admin.GetAsync("/apis/apps")).Json.String("kind"));

        var core = (await fixture.Admin.GetAsync("/api/v1")).Json;
        Assert.Equal("APIResourceList", core.String("kind"));
        var names = core.Objects("resources").Select(r => r.String("name")).ToList();
        Assert.Contains("pods", names);
        Assert.Contains("pods/log", names);
    }

    [Fact]
    public async Task Short_names_belong_to_one_group_only()
    {
        var answer = await fixture.Admin.GetAsync("/apis", KubectlAccept);
        Assert.NotNull(Version(answer, "networking.k8s.io").Objects("resources").Single(r => r.String("resource") == "ingresses").Array("shortNames"));
        Assert.Null(Version(answer, "extensions").Objects("resources").Single().Array("shortNames"));
    }

    [Fact]
    public async Task Unchanged_discovery_is_answered_304()
    {
        var first = await fixture.Admin.GetAsync("/apis", KubectlAccept);
        var again = await fixture.Admin.SendAsync(HttpMethod.Get, "/apis", null, null, KubectlAccept, ("If-None-Match", first.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.Empty(again.Body);
    }

    [Theory]
    [InlineData("/apis/unknown.example.com")]
    [InlineData("/api/v2")]
    [InlineData("/apis/apps/v2")]
    [InlineData("/nothing")]
    [InlineData("/api/v1/nothings")]
    [InlineData("/api/v1/pods/x")]
    [InlineData("/api/v1/namespaces/default/nodes/x")]
    [InlineData("/api/v1/namespaces/default/pods/x/y/z")]
    public async Task Path_of_nothing_is_answered_404_with_a_status(string path)
    {
        var answer = await fixture.Admin.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("NotFound", answer.Json.String("reason"));
    }

    [Fact]
    public async Task Version_names_kubernetes_and_the_server()
    {
        var version = (await fixture.Admin.GetAsync("/version")).Json;
        Assert.Equal(("1", "32"), (version.String("major"), version.String("minor")));
        Assert.StartsWith("v1.32.0+inlet", version.String("gitVersion"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_text_and_lists_its_checks_when_asked()
    {
        Assert.Equal("ok", (await fixture.Admin.GetAsync("/readyz")).Text);
        Assert.Contains("[+]store ok", (await fixture.Admin.GetAsync("/readyz?verbose")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_v3_index_leads_to_documents_that_may_be_cached()
    {
        var index = (await fixture.Admin.GetAsync("/openapi/v3")).Json;
        var url = index.Object("paths").Object("apis/apps/v1").String("serverRelativeURL")!;
        var document = await fixture.Admin.GetAsync(url);
        Assert.True(document.Json.Object("components").Object("schemas")!.ContainsKey("io.k8s.api.apps.v1.Deployment"));
        Assert.Contains("immutable", document.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync("/openapi/v3/apis/nothing/v1")).Status);
    }

    [Theory]
    [InlineData("application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [InlineData("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")]
    [InlineData("application/json", "application/json")]
    public async Task OpenApi_v2_is_answered_in_the_form_asked_for(string accept, string contentType) =>
        Assert.Equal(contentType, (await fixture.Admin.GetAsync("/openapi/v2", accept)).ContentType);

    [Fact]
    public async Task Root_lists_the_paths() =>
        Assert.Contains("/apis/apps/v1", (await fixture.Admin.GetAsync("/")).Json.Array("paths")!.Select(p => p!.GetValue<string>()));

    private static JsonObject? Version(ApiAnswer answer, string group) =>
        answer.Json.Objects("items").Single(i => i.Object("metadata").String("name") == group).Objects("versions").First();
}
