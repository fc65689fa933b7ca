using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Authorization;

/// <summary>Roles and bindings decide what a ServiceAccount may do.</summary>
public sealed class RbacTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    [Fact]
    public async Task Account_without_a_binding_is_refused_in_kubernetes_words()
    {
        var (ns, robot) = await AccountAsync("none");
        var list = await robot.GetAsync($"/api/v1/namespaces/{ns}/pods");
        Assert.Equal(HttpStatusCode.Forbidden, list.Status);
        Assert.Equal(
            $"pods is forbidden: User \"system:serviceaccount:{ns}:robot\" cannot list resource \"pods\" in API group \"\" in the namespace \"{ns}\"",
            list.Json.String("message"));
        var log = await robot.GetAsync($"/api/v1/namespaces/{ns}/pods/p/log");
        Assert.Contains("\"p\" is forbidden", log.Json.String("message"), StringComparison.Ordinal);
        Assert.Contains("cannot get resource \"pods/log\"", log.Json.String("message"), StringComparison.Ordinal);
        var node = await robot.GetAsync("/api/v1/nodes");
        Assert.EndsWith("cannot list resource \"nodes\" in API group \"\" at the cluster scope", node.Json.String("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync("/apis")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/")).Status);
    }

    [Fact]
    public async Task Role_opens_its_verbs_resources_and_names_in_its_namespace_alone()
    {
        var (ns, robot) = await AccountAsync("role");
        var other = await fixture.NamespaceAsync("other");
        await GrantAsync(ns, """[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list","create"]},{"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"],"verbs":["get","list","watch","update"]}]""");
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync(maps, """{"metadata":{"name":"c"}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync($"{maps}/c")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.DeleteAsync($"{maps}/c")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.DeleteAsync(maps)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.PatchAsync($"{maps}/c", "{}", "application/merge-patch+json")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"{maps}?watch=true")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/api/v1/namespaces/{other}/configmaps")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/api/v1/configmaps")).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await robot.GetAsync($"/api/v1/namespaces/{ns}/secrets/mine")).Status);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync($"/api/v1/namespaces/{ns}/secrets?fieldSelector=metadata.name%3Dmine")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/api/v1/namespaces/{ns}/secrets")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/api/v1/namespaces/{ns}/secrets/other")).Status);
    }

    [Fact]
    public async Task Right_taken_away_is_gone_with_the_next_request()
    {
        var (ns, robot) = await AccountAsync("gone");
        await GrantAsync(ns, """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]""");
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments")).Status);
        await fixture.Admin.PatchAsync($"{Rbac}/namespaces/{ns}/roles/r", """{"rules":[]}""", "application/merge-patch+json");
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments")).Status);
    }

    [Fact]
    public async Task Apply_creates_with_the_right_to_create_alone()
    {
        var (ns, robot) = await AccountAsync("apply");
        await GrantAsync(ns, """[{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}]""");
        const string Apply = "application/apply-patch+yaml";
        var path = $"/api/v1/namespaces/{ns}/configmaps/c?fieldManager=t";
        var map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}""";
        var refused = await robot.PatchAsync(path, map, Apply);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("cannot create resource \"configmaps\"", refused.Json.String("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PatchAsync(path, map, Apply)).Status);
        Assert.Equal(HttpStatusCode.OK, (await robot.PatchAsync(path, map, Apply)).Status);
    }

    [Fact]
    public async Task Sub_resource_needs_a_right_of_its_own()
    {
        var (ns, robot) = await AccountAsync("sub");
        await GrantAsync(ns, """[{"apiGroups":["apps"],"resources":["deployments","*/scale"],"verbs":["get","patch"]}]""");
        Assert.Equal(HttpStatusCode.NotFound, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d/scale")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets/d/scale")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/d/status")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets/d")).Status);
    }

    [Fact]
    public async Task Nobody_grants_what_they_do_not_have_unless_they_may_by_name()
    {
        var (ns, robot) = await AccountAsync("escalate");
        await GrantAsync(ns, """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["*"],"resourceNames":[]},{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]""",
            "\"get\",\"create\",\"update\",\"patch\",\"list\"");
        var roles = $"{Rbac}/namespaces/{ns}/roles";
        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync(roles, RoleJson("held", """[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]"""))).Status);
        var refused = await robot.PostAsync(roles, RoleJson("more", """[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get"]}]"""));
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}", refused.Json.String("message"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.PatchAsync(
            $"{roles}/held", """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""", "application/merge-patch+json")).Status);

        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync($"{Rbac}/clusterroles", RoleJson($"big-{ns}", """[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]"""))).Status);
        var binding = $$$"""{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"big-{{{ns}}}"},"subjects":[{"kind":"ServiceAccount","name":"robot","namespace":"{{{ns}}}"}]}""";
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.PostAsync($"{Rbac}/namespaces/{ns}/rolebindings", binding)).Status);
        await fixture.Admin.PatchAsync($"{roles}/r", $$$"""[{"op":"add","path":"/rules/-","value":{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["bind"],"resourceNames":["big-{{{ns}}}"]}}]""", "application/json-patch+json");
        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync($"{Rbac}/namespaces/{ns}/rolebindings", binding)).Status);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync($"/api/v1/namespaces/{ns}/secrets")).Status);
    }

    [Fact]
    public async Task Reviews_answer_what_a_request_would_meet()
    {
        var (ns, robot) = await AccountAsync("review");
        await GrantAsync(ns, """[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]""");
        async Task<JsonObject> AskAsync(ApiClient client, string plural, string spec, string path = "/apis/authorization.k8s.io/v1") =>
            (await client.PostAsync($"{path}/{plural}", $$"""{"spec":{{spec}}}""")).Json;

        var can = await AskAsync(robot, "selfsubjectaccessreviews", $$$"""{"resourceAttributes":{"verb":"list","resource":"pods","namespace":"{{{ns}}}"}}""");
        Assert.True(can.Object("status").Boolean("allowed"));
        Assert.Contains("RoleBinding", can.Object("status").String("reason"), StringComparison.Ordinal);
        var cannot = await AskAsync(robot, "selfsubjectaccessreviews", $$$"""{"resourceAttributes":{"verb":"delete","resource":"pods","namespace":"{{{ns}}}"}}""");
        Assert.False(cannot.Object("status").Boolean("allowed"));
        var rules = await AskAsync(robot, "selfsubjectrulesreviews", $$"""{"namespace":"{{ns}}"}""");
        Assert.Contains("\"pods\"", rules.Object("status")!["resourceRules"]!.ToJsonString(), StringComparison.Ordinal);

        var user = $"system:serviceaccount:{ns}:robot";
        var about = $$$"""{"user":"{{{user}}}","resourceAttributes":{"verb":"list","resource":"pods","namespace":"{{{ns}}}"}}""";
        Assert.True((await AskAsync(fixture.Admin, "subjectaccessreviews", about)).Object("status").Boolean("allowed"));
        Assert.True((await AskAsync(fixture.Admin, $"namespaces/{ns}/localsubjectaccessreviews", about)).Object("status").Boolean("allowed"));
        Assert.Equal(403, (await AskAsync(robot, "subjectaccessreviews", about)).Integer("code"));

        var token = fixture.Server.Credentials.IssueToken(ns, "robot");
        var review = await AskAsync(fixture.Admin, "tokenreviews", $$"""{"token":"{{token}}"}""", "/apis/authentication.k8s.io/v1");
        Assert.True(review.Object("status").Boolean("authenticated"));
        Assert.Equal(user, review.Object("status").Object("user").String("username"));
        var forged = await AskAsync(fixture.Admin, "tokenreviews", """{"token":"x.y.z"}""", "/apis/authentication.k8s.io/v1");
        Assert.NotEqual(true, forged.Object("status").Boolean("authenticated"));
    }

    [Fact]
    public async Task Controller_has_what_its_manifest_grants_and_no_more()
    {
        var robot = await ControllerAsync();
        foreach (var path in (string[])
            ["/apis/networking.k8s.io/v1/ingresses", "/apis/networking.k8s.io/v1/ingressclasses", "/api/v1/services", "/api/v1/secrets", "/apis/discovery.k8s.io/v1/endpointslices"])
        {
            Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync(path)).Status);
        }

        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync(
            "/api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"kind":"Ingress","name":"i","namespace":"default"},"reason":"R"}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/api/v1/pods")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.DeleteAsync("/api/v1/namespaces/default/secrets/x")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.PutAsync("/apis/networking.k8s.io/v1/namespaces/default/ingresses/i", "{}")).Status);

        await fixture.Admin.PatchAsync(
            $"{Rbac}/clusterroles/inlet-controller", """[{"op":"remove","path":"/rules/0"}]""", "application/json-patch+json");
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/apis/networking.k8s.io/v1/ingresses")).Status);
    }

    [Fact]
    public async Task Roles_of_every_cluster_are_valid_and_let_people_work()
    {
        foreach (var (type, role) in BuiltinRoles.All())
        {
            await fixture.Server.CreateAsync(type, null, role);
        }

        var (ns, robot) = await AccountAsync("edit");
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync(
            $"{Rbac}/namespaces/{ns}/rolebindings",
            $$$"""{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},"subjects":[{"kind":"ServiceAccount","name":"robot","namespace":"{{{ns}}}"}]}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await robot.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments")).Status);
        Assert.Equal(HttpStatusCode.Created, (await robot.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"}}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync($"{Rbac}/namespaces/{ns}/roles")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.GetAsync("/api/v1/nodes")).Status);
    }

    private async Task<(string Namespace, ApiClient Robot)> AccountAsync(string name)
    {
        var ns = await fixture.NamespaceAsync(name);
        await fixture.Server.CreateAsync(ResourceTypes.ServiceAccounts, ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "robot" } });
        return (ns, new ApiClient(fixture.Server, fixture.Server.Credentials.IssueToken(ns, "robot")));
    }

    /// <summary>A Role with the rules, bound to the account.</summary>
    /// <param name="roleVerbs">Takes the place of <c>"*"</c>, which would include <c>escalate</c> and <c>bind</c>.</param>
    private async Task GrantAsync(string ns, string rules, string? roleVerbs = null)
    {
        var text = roleVerbs is null ? rules : rules.Replace("\"*\"", roleVerbs, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync($"{Rbac}/namespaces/{ns}/roles", RoleJson("r", text))).Status);
        Assert.Equal(HttpStatusCode.Created, (await fixture.Admin.PostAsync(
            $"{Rbac}/namespaces/{ns}/rolebindings",
            $$$"""{"metadata":{"name":"r"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"robot","namespace":"{{{ns}}}"}]}""")).Status);
    }

    /// <summary>The account, role and binding of the very manifest clusters get.</summary>
    private async Task<ApiClient> ControllerAsync()
    {
        foreach (var manifest in ManifestReader.Parse(await File.ReadAllTextAsync(ManifestPath(), TestContext.Current.CancellationToken), "inlet.yaml"))
        {
            if (manifest.Object.String("kind") is "Namespace" or "ServiceAccount" or "ClusterRole" or "ClusterRoleBinding")
            {
                var resource = fixture.Server.Core.Catalog.FindKind(manifest.Object.String("apiVersion")!, manifest.Object.String("kind")!)!;
                await fixture.Server.CreateAsync(resource.Definition.Type, manifest.Object.Namespace(), manifest.Object);
            }
        }

        return new(fixture.Server, fixture.Server.Credentials.IssueToken("inlet-system", "inlet-controller"));
    }

    private static string ManifestPath()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "deploy", "inlet.yaml")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, "deploy", "inlet.yaml");
    }

    private static string RoleJson(string name, string rules) => $$"""{"metadata":{"name":"{{name}}"},"rules":{{rules}}}""";
}
