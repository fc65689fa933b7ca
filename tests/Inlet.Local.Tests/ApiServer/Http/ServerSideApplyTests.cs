using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class ServerSideApplyTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string Deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 2
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
              - name: web
                image: nginx
                ports:
                - containerPort: 80
              - name: log
                image: busybox
        """;

    [Fact]
    public async Task Apply_creates_what_is_absent_and_owns_what_it_said()
    {
        var ns = await fixture.NamespaceAsync("create");
        var answer = await ApplyAsync(ns, "alice", Deployment);
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var entry = Assert.Single(answer.Json.Metadata().Objects("managedFields"));
        Assert.Equal(("alice", "Apply", "apps/v1", "FieldsV1"),
            (entry.String("manager"), entry.String("operation"), entry.String("apiVersion"), entry.String("fieldsType")));
        const string Expected =
            """
            {"f:spec":{"f:replicas":{},"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{
             "k:{\"name\":\"web\"}":{".":{},"f:name":{},"f:image":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}},
             "k:{\"name\":\"log\"}":{".":{},"f:name":{},"f:image":{}}}}}}}
            """;
        var fields = entry.Object("fieldsV1")!;
        var selector = fields.Object("f:spec").Object("f:selector")!;
        if (selector.Count > 0)
        {
            // Kubernetes owns a selector as a whole.
            fields.Object("f:spec")!["f:selector"] = new JsonObject();
        }

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Expected), fields), fields.ToJsonString());
        Assert.Equal("RollingUpdate", answer.Json.Object("spec").Object("strategy").String("type"));
    }

    [Fact]
    public async Task Apply_of_the_same_again_changes_nothing()
    {
        var ns = await fixture.NamespaceAsync("again");
        var first = await ApplyAsync(ns, "alice", Deployment);
        var again = await ApplyAsync(ns, "alice", Deployment);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(first.Json.ToJsonString(), again.Json.ToJsonString());
    }

    [Fact]
    public async Task Apply_takes_away_what_it_no_longer_says_with_its_defaults_and_nothing_else()
    {
        var ns = await fixture.NamespaceAsync("away");
        await ApplyAsync(ns, "alice", Deployment);
        await fixture.Admin.PatchAsync(
            $"{Path(ns)}?fieldManager=bob",
            """{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"b"}]},{"name":"side","image":"side"}]}}}}""",
            "application/strategic-merge-patch+json");
        var answer = await ApplyAsync(ns, "alice", Deployment
            .Replace("      - name: log\n        image: busybox", "", StringComparison.Ordinal)
            .Replace("        ports:\n        - containerPort: 80\n", "", StringComparison.Ordinal)
            .Replace("  replicas: 2\n", "", StringComparison.Ordinal));
        Assert.Equal(["web", "side"], Containers(answer).Select(c => c.String("name")));
        var web = Containers(answer).First();
        Assert.Null(web["ports"]);
        Assert.Equal("b", web.Objects("env").Single().String("value"));
        // The default comes back for what nobody wants.
        Assert.Equal(1, answer.Json.Object("spec").Integer("replicas"));
    }

    [Fact]
    public async Task Apply_against_another_managers_value_is_refused_by_name_and_field_and_goes_through_with_force()
    {
        var ns = await fixture.NamespaceAsync("conflict");
        await ApplyAsync(ns, "alice", Deployment);
        var other = Deployment.Replace("replicas: 2", "replicas: 5", StringComparison.Ordinal).Replace("image: nginx", "image: nginx:2", StringComparison.Ordinal);
        var refused = await ApplyAsync(ns, "bob", other);
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (refused.Status, refused.Json.String("reason")));
        Assert.Equal(
            "Apply failed with 2 conflicts: conflicts with \"alice\":\n- .spec.replicas\n- .spec.template.spec.containers[name=\"web\"].image",
            refused.Json.String("message"));
        Assert.Equal(
            [("FieldManagerConflict", ".spec.replicas"), ("FieldManagerConflict", ".spec.template.spec.containers[name=\"web\"].image")],
            refused.Json.Object("details").Objects("causes").Select(c => (c.String("reason"), c.String("field"))));
        Assert.Equal(2, (await fixture.Admin.GetAsync(Path(ns))).Json.Object("spec").Integer("replicas"));

        var forced = await ApplyAsync(ns, "bob", other, "force=true");
        Assert.Equal(5, forced.Json.Object("spec").Integer("replicas"));
        Assert.Null(Entry(forced, "alice").Object("fieldsV1").Object("f:spec")!["f:replicas"]);
        Assert.NotNull(Entry(forced, "bob").Object("fieldsV1").Object("f:spec")!["f:replicas"]);
        // Alice's next apply is in bob's way now.
        Assert.Equal(HttpStatusCode.Conflict, (await ApplyAsync(ns, "alice", Deployment)).Status);
    }

    [Fact]
    public async Task Value_two_managers_agree_on_stays_until_both_leave_it()
    {
        var ns = await fixture.NamespaceAsync("shared");
        const string With = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: v}\n";
        const string Without = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
        await ApplyMapAsync(ns, "alice", With);
        Assert.Equal(HttpStatusCode.OK, (await ApplyMapAsync(ns, "bob", With)).Status);
        Assert.Equal("v", (await ApplyMapAsync(ns, "alice", Without)).Json.Object("data").String("k"));
        Assert.Null((await ApplyMapAsync(ns, "bob", Without)).Json["data"]);
    }

    [Fact]
    public async Task Writers_of_other_kinds_own_what_they_change_and_take_it_from_appliers()
    {
        var ns = await fixture.NamespaceAsync("writers");
        await ApplyAsync(ns, "alice", Deployment);
        var patched = await fixture.Admin.PatchAsync($"{Path(ns)}?fieldManager=bob", """{"spec":{"replicas":7}}""", "application/merge-patch+json");
        Assert.Null(Entry(patched, "alice").Object("fieldsV1").Object("f:spec")!["f:replicas"]);
        var bob = Entry(patched, "bob");
        Assert.Equal(("Update", """{"f:spec":{"f:replicas":{}}}"""), (bob.String("operation"), bob.Object("fieldsV1")!.ToJsonString()));
        var refused = await ApplyAsync(ns, "alice", Deployment);
        Assert.StartsWith("Apply failed with 1 conflict: conflict with \"bob\" using apps/v1 at ", refused.Json.String("message"), StringComparison.Ordinal);
        Assert.EndsWith(": .spec.replicas", refused.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scale_and_status_are_owned_under_their_sub_resource()
    {
        var ns = await fixture.NamespaceAsync("subresources");
        await ApplyAsync(ns, "alice", Deployment);
        await fixture.Admin.PatchAsync($"{Path(ns)}/scale?fieldManager=scaler", """{"spec":{"replicas":4}}""", "application/merge-patch+json");
        await fixture.Admin.PatchAsync($"{Path(ns)}/status?fieldManager=controller", """{"status":{"replicas":4}}""", "application/merge-patch+json");
        var answer = await fixture.Admin.GetAsync(Path(ns));
        Assert.Equal(("scale", """{"f:spec":{"f:replicas":{}}}"""), (Entry(answer, "scaler").String("subresource"), Entry(answer, "scaler").Object("fieldsV1")!.ToJsonString()));
        Assert.Equal(("status", """{"f:status":{"f:replicas":{}}}"""), (Entry(answer, "controller").String("subresource"), Entry(answer, "controller").Object("fieldsV1")!.ToJsonString()));
        var refused = await ApplyAsync(ns, "alice", Deployment);
        Assert.Contains("conflict with \"scaler\" with subresource \"scale\" using apps/v1", refused.Json.String("message"), StringComparison.Ordinal);

        const string Status = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 9}\nstatus: {readyReplicas: 3}\n";
        var applied = await fixture.Admin.PatchAsync($"{Path(ns)}/status?fieldManager=applier", Status, "application/apply-patch+yaml");
        Assert.Equal((3, 4), (applied.Json.Object("status").Integer("readyReplicas"), applied.Json.Object("spec").Integer("replicas")));
        Assert.Equal("""{"f:status":{"f:readyReplicas":{}}}""", Entry(applied, "applier").Object("fieldsV1")!.ToJsonString());
    }

    [Fact]
    public async Task Created_object_is_owned_by_its_creator_without_what_the_server_chose()
    {
        var ns = await fixture.NamespaceAsync("creator");
        var answer = await fixture.Admin.PostAsync(
            $"{ResourceTypes.Services.Path(ns)}?fieldManager=maker", """{"metadata":{"name":"s","labels":{"a":"b"}},"spec":{"ports":[{"port":80}]}}""");
        var fields = Entry(answer, "maker").Object("fieldsV1");
        Assert.NotNull(fields.Object("f:metadata").Object("f:labels").Object("f:a"));
        Assert.NotNull(fields.Object("f:spec").Object("f:ports").Object("""k:{"port":80,"protocol":"TCP"}"""));
        Assert.Null(fields.Object("f:spec")!["f:clusterIP"]);
        Assert.Null(fields.Object("f:metadata")!["f:uid"]);
        Assert.Null(fields!["f:status"]);
    }

    [Fact]
    public async Task Owners_can_be_edited_and_forgotten_as_kubectls_migration_does()
    {
        var ns = await fixture.NamespaceAsync("edited");
        await ApplyAsync(ns, "alice", Deployment);
        var edited = await fixture.Admin.PatchAsync(
            Path(ns), """[{"op":"replace","path":"/metadata/managedFields/0/manager","value":"carol"}]""", "application/json-patch+json");
        Assert.Equal("Apply", Entry(edited, "carol").String("operation"));

        var forgotten = await fixture.Admin.PatchAsync(Path(ns), """{"metadata":{"managedFields":[{}]}}""", "application/merge-patch+json");
        Assert.Null(forgotten.Json.Metadata()!["managedFields"]);
        var refused = await ApplyAsync(ns, "alice", Deployment.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal));
        Assert.Contains("conflict with \"before-first-apply\" using apps/v1", refused.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managed_fields_too_deep_for_readers_are_not_stored()
    {
        var ns = await fixture.NamespaceAsync("deep");
        await ApplyAsync(ns, "alice", Deployment);
        var deep = string.Concat(Enumerable.Repeat("{\"f:x\":", 85)) + "{}" + new string('}', 85);
        var answer = await fixture.Admin.PatchAsync(
            Path(ns), $$$"""[{"op":"replace","path":"/metadata/managedFields/0/fieldsV1","value":{{{deep}}}}]""", "application/json-patch+json");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.NotNull(Entry(answer, "alice").Object("fieldsV1").Object("f:spec"));
    }

    [Fact]
    public async Task Put_that_does_not_know_managed_fields_leaves_them_alone()
    {
        var ns = await fixture.NamespaceAsync("put");
        var obj = (await ApplyAsync(ns, "alice", Deployment)).Json;
        var before = obj.Metadata().Array("managedFields")!.ToJsonString();
        obj.Metadata()!.Remove("managedFields");
        var put = await fixture.Admin.PutAsync($"{Path(ns)}?fieldManager=bob", obj.ToJsonString());
        Assert.Equal(before, put.Json.Metadata().Array("managedFields")!.ToJsonString());
    }

    [Fact]
    public async Task Oldest_of_many_updaters_become_one()
    {
        var ns = await fixture.NamespaceAsync("many");
        await fixture.Admin.PostAsync(ResourceTypes.ConfigMaps.Path(ns), """{"metadata":{"name":"c"}}""");
        ApiAnswer? answer = null;
        for (var i = 0; i < 14; i++)
        {
            answer = await fixture.Admin.PatchAsync(
                $"{ResourceTypes.ConfigMaps.Path(ns, "c")}?fieldManager=m{i:00}", $$$"""{"data":{"k{{{i:00}}}":"v"}}""", "application/merge-patch+json");
        }

        Assert.Equal(10, answer!.Json.Metadata().Objects("managedFields").Count());
        Assert.True(Entry(answer, "ancient-changes").Object("fieldsV1").Object("f:data")!.Count >= 4);
    }

    [Theory]
    [InlineData("", Deployment, HttpStatusCode.UnprocessableEntity, "fieldManager: Required value")]
    [InlineData("fieldManager=a", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\n", HttpStatusCode.BadRequest, "does not match the name on the URL")]
    [InlineData("fieldManager=a", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n", HttpStatusCode.BadRequest, "does not match the expected API version")]
    [InlineData("fieldManager=a", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, managedFields: [{manager: x}]}\n", HttpStatusCode.BadRequest, "managedFields must be nil")]
    [InlineData("fieldManager=a&fieldValidation=Strict", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replica: 2}\n", HttpStatusCode.BadRequest, "unknown field \"spec.replica\"")]
    [InlineData("fieldManager=a", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n", HttpStatusCode.UnprocessableEntity, "spec.selector")]
    [InlineData("fieldManager=a", "apiVersion: apps/v1\nkind: Deployment\n  metadata: x", HttpStatusCode.BadRequest, "body:")]
    [InlineData("fieldManager=a", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, uid: abc}\n", HttpStatusCode.Conflict, "uid mismatch")]
    public async Task Wrong_apply_is_refused_in_words_and_creates_nothing(string query, string body, HttpStatusCode expected, string words)
    {
        var ns = await fixture.NamespaceAsync("wrong");
        var answer = await fixture.Admin.PatchAsync($"{Path(ns)}?{query}", body, "application/apply-patch+yaml");
        Assert.Equal(expected, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync(Path(ns))).Status);
    }

    [Fact]
    public async Task Force_belongs_to_apply_alone()
    {
        var answer = await fixture.Admin.PatchAsync("/api/v1/namespaces/default?force=true", "{}", "application/merge-patch+json");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains("may not be specified for non-apply patch", answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_of_an_apply_answers_and_stores_nothing()
    {
        var ns = await fixture.NamespaceAsync("dry");
        Assert.Equal(HttpStatusCode.Created, (await ApplyAsync(ns, "alice", Deployment, "dryRun=All")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Admin.GetAsync(Path(ns))).Status);
        await ApplyAsync(ns, "alice", Deployment);
        var dry = await ApplyAsync(ns, "alice", Deployment.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal), "dryRun=All");
        Assert.Equal(3, dry.Json.Object("spec").Integer("replicas"));
        Assert.Equal(2, (await fixture.Admin.GetAsync(Path(ns))).Json.Object("spec").Integer("replicas"));
    }

    [Fact]
    public async Task Apply_in_an_old_version_owns_the_fields_it_was_converted_to()
    {
        var ns = await fixture.NamespaceAsync("version");
        const string Old =
            "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: i}\nspec:\n  backend: {serviceName: web, servicePort: 80}\n";
        var path = $"/apis/networking.k8s.io/v1beta1/namespaces/{ns}/ingresses/i?fieldManager=alice";
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PatchAsync(path, Old, "application/apply-patch+yaml")).Status);
        var changed = await fixture.Admin.PatchAsync(path, Old.Replace("80", "81", StringComparison.Ordinal), "application/apply-patch+yaml");
        Assert.Equal(81, changed.Json.Object("spec").Object("backend").Integer("servicePort"));
        var stored = await fixture.Admin.GetAsync($"/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses/i");
        Assert.Equal("networking.k8s.io/v1", Entry(stored, "alice").String("apiVersion"));
        Assert.NotNull(Entry(stored, "alice").Object("fieldsV1").Object("f:spec").Object("f:defaultBackend"));
    }

    private Task<ApiAnswer> ApplyAsync(string ns, string manager, string body, string query = "") =>
        fixture.Admin.PatchAsync($"{Path(ns)}?fieldManager={manager}&{query}", body, "application/apply-patch+yaml");

    private Task<ApiAnswer> ApplyMapAsync(string ns, string manager, string body) =>
        fixture.Admin.PatchAsync($"{ResourceTypes.ConfigMaps.Path(ns, "c")}?fieldManager={manager}", body, "application/apply-patch+yaml");

    private static JsonObject Entry(ApiAnswer answer, string manager) =>
        answer.Json.Metadata().Objects("managedFields").Single(e => e.String("manager") == manager);

    private static IEnumerable<JsonObject> Containers(ApiAnswer answer) =>
        answer.Json.Object("spec").Object("template").Object("spec").Objects("containers");

    private static string Path(string ns) => ResourceTypes.Deployments.Path(ns, "web");
}
