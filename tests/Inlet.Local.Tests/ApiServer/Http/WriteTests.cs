using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class WriteTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string Deployment =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,
         "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
         "spec":{"containers":[{"name":"web","image":"nginx"},{"name":"log","image":"busybox"}]}}}}
        """;

    [Fact]
    public async Task Create_answers_201_with_what_the_server_added()
    {
        var ns = await fixture.NamespaceAsync("create");
        var answer = await fixture.Admin.PostAsync(Deployments(ns), Deployment);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(ns, answer.Json.Namespace());
        Assert.NotEmpty(answer.Json.Uid());
        Assert.Equal(1, answer.Json.Metadata().Integer("generation"));
        Assert.Equal("RollingUpdate", answer.Json.Object("spec").Object("strategy").String("type"));

        var again = await fixture.Admin.PostAsync(Deployments(ns), Deployment);
        Assert.Equal((HttpStatusCode.Conflict, "AlreadyExists"), (again.Status, again.Json.String("reason")));
    }

    [Theory]
    [InlineData("{\"metadata\":\n  {\"name\" \"a\"}}", "line 2, column 11")]
    [InlineData("", "not valid JSON")]
    [InlineData("[1,2]", "must be an object")]
    [InlineData("{\"metadata\":{\"name\":\"a\"}} trailing", "line 1, column 27")]
    [InlineData("{\"metadata\":{\"name\":7}}", "cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string")]
    [InlineData("{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"}}", "does not match the expected API version")]
    [InlineData("{\"metadata\":{\"name\":\"a\",\"namespace\":\"elsewhere\"}}", "does not match the namespace sent on the request")]
    public async Task Malformed_body_is_refused_400_saying_where(string body, string words)
    {
        var answer = await fixture.Admin.PostAsync(ConfigMaps("default"), body);
        Assert.Equal((HttpStatusCode.BadRequest, "BadRequest"), (answer.Status, answer.Json.String("reason")));
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_object_is_refused_422_with_a_cause_per_field()
    {
        var answer = await fixture.Admin.PostAsync(Deployments("default"), """{"metadata":{"name":"Not_A_Name"},"spec":{}}""");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Invalid"), (answer.Status, answer.Json.String("reason")));
        var fields = answer.Json.Object("details").Objects("causes").Select(c => c.String("field")).ToList();
        Assert.Contains("metadata.name", fields);
        Assert.Contains("spec.selector", fields);
    }

    [Theory]
    [InlineData("1.1", 1)]
    [InlineData("1.1", 20)]
    [InlineData("2.0", 1)]
    [InlineData("2.0", 20)]
    public async Task Body_over_three_mebibytes_is_refused_413_and_the_connection_lives_on(string version, int extraMebibytes)
    {
        using var admin = new ApiClient(fixture.Server, fixture.Server.Credentials.AdminToken, version: Version.Parse(version));
        var body = Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"big"},"data":{"k":"{{{new string('x', (3 << 20) + (extraMebibytes << 20))}}}"}}""");
        for (var i = 0; i < 3; i++)
        {
            var answer = await admin.SendAsync(HttpMethod.Post, ConfigMaps("default"), body, "application/json", null);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLarge"), (answer.Status, answer.Json.String("reason")));
        }
    }

    [Theory]
    [InlineData("POST", "text/plain", "application/vnd.kubernetes.protobuf")]
    [InlineData("PATCH", "application/json", "application/strategic-merge-patch+json")]
    public async Task Unknown_media_type_is_refused_415_naming_the_known(string method, string contentType, string known)
    {
        var path = method == "POST" ? ConfigMaps("default") : $"{ConfigMaps("default")}/x";
        var answer = await fixture.Admin.SendAsync(new HttpMethod(method), path, "{}"u8.ToArray(), contentType, null);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType"), (answer.Status, answer.Json.String("reason")));
        Assert.Contains(known, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/namespaces/default/configmaps")]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps/x")]
    [InlineData("DELETE", "/api/v1/namespaces")]
    [InlineData("PUT", "/version")]
    [InlineData("GET", "/apis/authentication.k8s.io/v1/selfsubjectreviews")]
    public async Task Method_a_path_does_not_have_is_refused(string method, string path)
    {
        var answer = await fixture.Admin.SendAsync(new HttpMethod(method), path, "{}"u8.ToArray(), "application/json", null);
        Assert.True(answer.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound, $"{answer.Status}: {answer.Text}");
        Assert.Equal("Status", answer.Json.String("kind"));
    }

    [Fact]
    public async Task Yaml_and_protobuf_bodies_create_as_json_does()
    {
        var ns = await fixture.NamespaceAsync("bodies");
        var yaml = await fixture.Admin.PostAsync(
            ConfigMaps(ns), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  k: \"1\"\n", "application/yaml");
        Assert.Equal("1", yaml.Json.Object("data").String("k"));
        var bad = await fixture.Admin.PostAsync(ConfigMaps(ns), "apiVersion: v1\nkind: ConfigMap\nkind: Secret\n", "application/yaml");
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Contains("body:3:1: the key \"kind\" occurs twice", bad.Json.String("message"), StringComparison.Ordinal);

        // runtime.Unknown{TypeMeta{v1, ConfigMap}, raw: ConfigMap{metadata{name}, data{k: v}}}
        byte[] meta = [0x0a, 5, .. "proto"u8];
        byte[] entry = [0x0a, 1, .. "k"u8, 0x12, 1, .. "v"u8];
        byte[] raw = [0x0a, (byte)meta.Length, .. meta, 0x12, (byte)entry.Length, .. entry];
        byte[] type = [0x0a, 2, .. "v1"u8, 0x12, 9, .. "ConfigMap"u8];
        byte[] body = [.. "k8s\0"u8, 0x0a, (byte)type.Length, .. type, 0x12, (byte)raw.Length, .. raw];
        var protobuf = await fixture.Admin.SendAsync(
            HttpMethod.Post, ConfigMaps(ns), body, "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json");
        Assert.Equal(HttpStatusCode.Created, protobuf.Status);
        Assert.Equal("v", protobuf.Json.Object("data").String("k"));
        var broken = await fixture.Admin.SendAsync(HttpMethod.Post, ConfigMaps(ns), body[..^3], "application/vnd.kubernetes.protobuf", null);
        Assert.Equal(HttpStatusCode.BadRequest, broken.Status);
    }

    [Theory]
    [InlineData("Strict", HttpStatusCode.BadRequest, false)]
    [InlineData("Warn", HttpStatusCode.Created, true)]
    [InlineData("", HttpStatusCode.Created, true)]
    [InlineData("Ignore", HttpStatusCode.Created, false)]
    public async Task Unknown_and_repeated_fields_are_refused_warned_of_or_ignored_as_asked(string mode, HttpStatusCode expected, bool warned)
    {
        var ns = await fixture.NamespaceAsync("fields");
        var answer = await fixture.Admin.PostAsync(
            $"{ConfigMaps(ns)}?fieldValidation={mode}", """{"metadata":{"name":"a"},"datum":{},"data":{"k":"1","k":"2"}}""");
        Assert.Equal(expected, answer.Status);
        if (warned)
        {
            Assert.Equal(
                ["299 - \"duplicate field \\\"data.k\\\"\"", "299 - \"unknown field \\\"datum\\\"\""],
                answer.Headers.GetValues("Warning"));
        }
        else
        {
            Assert.False(answer.Headers.Contains("Warning"));
        }
    }

    [Theory]
    [InlineData("fieldValidation=Loose")]
    [InlineData("dryRun=Some")]
    public async Task Unknown_value_of_a_write_option_is_refused(string query)
    {
        var answer = await fixture.Admin.PostAsync($"{ConfigMaps("default")}?{query}", """{"metadata":{"name":"a"}}""");
        Assert.True(answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, answer.Text);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync($"{ConfigMaps("default")}/a")).Status);
    }

    [Fact]
    public async Task Dry_run_answers_as_if_and_stores_nothing()
    {
        var ns = await fixture.NamespaceAsync("dry");
        var path = $"{ConfigMaps(ns)}/a";
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync($"{ConfigMaps(ns)}?dryRun=All", """{"metadata":{"name":"a"}}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync(path)).Status);

        await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a"},"data":{"k":"1"}}""");
        var patched = await fixture.Admin.PatchAsync($"{path}?dryRun=All", """{"data":{"k":"2"}}""", "application/merge-patch+json");
        Assert.Equal("2", patched.Json.Object("data").String("k"));
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.PutAsync($"{path}?dryRun=All", """{"metadata":{"name":"a"},"data":{"k":"3"}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.DeleteAsync($"{path}?dryRun=All")).Status);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.DeleteAsync(path, """{"dryRun":["All"]}""")).Status);
        Assert.Equal("1", (await fixture.Admin.GetAsync(path)).Json.Object("data").String("k"));
    }

    [Fact]
    public async Task Update_with_an_old_resource_version_is_a_conflict()
    {
        var ns = await fixture.NamespaceAsync("update");
        var path = $"{ConfigMaps(ns)}/a";
        var created = (await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a"},"data":{"k":"1"}}""")).Json;
        var old = created.ToJsonString();
        created.Object("data")!["k"] = "2";
        Assert.Equal("2", (await fixture.Admin.PutAsync(path, created.ToJsonString())).Json.Object("data").String("k"));
        var conflict = await fixture.Admin.PutAsync(path, old);
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (conflict.Status, conflict.Json.String("reason")));
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Admin.PutAsync(path, """{"metadata":{"name":"b"}}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.PutAsync($"{ConfigMaps(ns)}/none", """{"metadata":{"name":"none"}}""")).Status);
    }

    [Theory]
    [InlineData("application/merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}""", "nginx:2")]
    [InlineData("application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}""", "nginx:2,busybox")]
    [InlineData("application/json-patch+json", """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:2"}]""", "nginx:2,busybox")]
    public async Task Patch_of_each_kind_merges_lists_its_way(string contentType, string patch, string images)
    {
        var ns = await fixture.NamespaceAsync("patch");
        await fixture.Admin.PostAsync(Deployments(ns), Deployment);
        var answer = await fixture.Admin.PatchAsync($"{Deployments(ns)}/web", patch, contentType);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(images, string.Join(',', answer.Json.Object("spec").Object("template").Object("spec").Objects("containers").Select(c => c.String("image"))));
        Assert.Equal(2, answer.Json.Metadata().Integer("generation"));
    }

    [Fact]
    public async Task Concurrent_patches_of_one_object_all_land()
    {
        var ns = await fixture.NamespaceAsync("concurrent");
        await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a"}}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => fixture.Admin.PatchAsync(
            $"{ConfigMaps(ns)}/a", $$$"""{"data":{"k{{{i}}}":"v"}}""", "application/merge-patch+json")));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal(16, (await fixture.Admin.GetAsync($"{ConfigMaps(ns)}/a")).Json.Object("data")!.Count);
    }

    [Fact]
    public async Task Status_and_spec_are_written_through_their_own_doors()
    {
        var ns = await fixture.NamespaceAsync("status");
        var path = $"{Deployments(ns)}/web";
        await fixture.Admin.PostAsync(Deployments(ns), Deployment);
        var answer = await fixture.Admin.PatchAsync($"{path}/status", """{"spec":{"replicas":9},"status":{"replicas":5}}""", "application/merge-patch+json");
        Assert.Equal((2, 5), (answer.Json.Object("spec").Integer("replicas"), answer.Json.Object("status").Integer("replicas")));
        answer = await fixture.Admin.PatchAsync(path, """{"spec":{"replicas":9},"status":{"replicas":7}}""", "application/merge-patch+json");
        Assert.Equal((9, 5), (answer.Json.Object("spec").Integer("replicas"), answer.Json.Object("status").Integer("replicas")));
        Assert.Equal(5, (await fixture.Admin.GetAsync($"{path}/status")).Json.Object("status").Integer("replicas"));
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync($"{path}/nothing")).Status);
    }

    [Fact]
    public async Task Scale_reads_and_writes_the_replicas()
    {
        var ns = await fixture.NamespaceAsync("scale");
        var path = $"{Deployments(ns)}/web/scale";
        await fixture.Admin.PostAsync(Deployments(ns), Deployment);
        var scale = (await fixture.Admin.GetAsync(path)).Json;
        Assert.Equal(("Scale", 2, "app=web"), (scale.String("kind"), scale.Object("spec").Integer("replicas"), scale.Object("status").String("selector")));
        var patched = await fixture.Admin.PatchAsync(path, """{"spec":{"replicas":3}}""", "application/merge-patch+json");
        Assert.Equal(("Scale", 3), (patched.Json.String("kind"), patched.Json.Object("spec").Integer("replicas")));
        scale.Object("spec")!["replicas"] = 4;
        Assert.Equal(HttpStatusCode.Conflict, (await fixture.Admin.PutAsync(path, scale.ToJsonString())).Status);
        scale.Metadata()!.Remove("resourceVersion");
        Assert.Equal(4, (await fixture.Admin.PutAsync(path, scale.ToJsonString())).Json.Object("spec").Integer("replicas"));
        Assert.Equal(4, (await fixture.Admin.GetAsync($"{Deployments(ns)}/web")).Json.Object("spec").Integer("replicas"));
    }

    [Fact]
    public async Task Delete_answers_success_with_the_uid_and_honours_preconditions()
    {
        var ns = await fixture.NamespaceAsync("delete");
        var path = $"{ConfigMaps(ns)}/a";
        var uid = (await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a"}}""")).Json.Uid();
        var conflict = await fixture.Admin.DeleteAsync(path, """{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"other"}}""");
        Assert.Equal(HttpStatusCode.Conflict, conflict.Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Admin.DeleteAsync(path, """{"gracePeriodSeconds":"soon"}""")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await fixture.Admin.DeleteAsync($"{path}?propagationPolicy=Sideways")).Status);
        var answer = await fixture.Admin.DeleteAsync(path, $$$"""{"propagationPolicy":"Background","preconditions":{"uid":"{{{uid}}}"}}""");
        Assert.Equal(("Success", uid), (answer.Json.String("status"), answer.Json.Object("details").String("uid")));
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.DeleteAsync(path)).Status);
    }

    [Fact]
    public async Task Object_with_finalizers_stays_marked_until_they_are_gone()
    {
        var ns = await fixture.NamespaceAsync("finalizers");
        var path = $"{ConfigMaps(ns)}/a";
        await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");
        var marked = await fixture.Admin.DeleteAsync(path);
        Assert.Equal("ConfigMap", marked.Json.String("kind"));
        Assert.True(marked.Json.IsBeingDeleted());
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.GetAsync(path)).Status);
        await fixture.Admin.PatchAsync(path, """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Collection_is_deleted_by_selector_and_answers_what_it_was()
    {
        var ns = await fixture.NamespaceAsync("collection");
        foreach (var (name, app) in ((string, string)[])[("a", "x"), ("b", "x"), ("c", "y")])
        {
            await fixture.Server.CreateAsync(ResourceTypes.ConfigMaps, ns, JsonNode.Parse(
                $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"app":"{{{{app}}}}"}}}""")!.AsObject());
        }

        var answer = await fixture.Admin.DeleteAsync($"{ConfigMaps(ns)}?labelSelector=app%3Dx");
        Assert.Equal(["a", "b"], answer.Json.Objects("items").Select(i => i.Name()));
        Assert.Equal(["c"], (await fixture.Admin.GetAsync(ConfigMaps(ns))).Json.Objects("items").Select(i => i.Name()));
    }

    [Fact]
    public async Task Namespace_is_finalized_through_its_sub_resource()
    {
        var ns = await fixture.NamespaceAsync("ending");
        var marked = (await fixture.Admin.DeleteAsync($"/api/v1/namespaces/{ns}")).Json;
        Assert.Equal("Terminating", marked.Object("status").String("phase"));
        var refused = await fixture.Admin.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"late"}}""");
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        marked.Object("spec")!["finalizers"] = new JsonArray();
        Assert.Equal(HttpStatusCode.OK, (await fixture.Admin.PutAsync($"/api/v1/namespaces/{ns}/finalize", marked.ToJsonString())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    private static string ConfigMaps(string ns) => ResourceTypes.ConfigMaps.Path(ns);

    private static string Deployments(string ns) => ResourceTypes.Deployments.Path(ns);
}
