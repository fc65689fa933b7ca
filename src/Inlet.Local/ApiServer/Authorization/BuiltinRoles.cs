using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Authorization;

/// <summary>
/// The roles a Kubernetes cluster has from the start, as far as they mean something on one machine: those for people
/// (<c>cluster-admin</c>, <c>admin</c>, <c>edit</c>, <c>view</c>) and those every user has.
/// </summary>
public static class BuiltinRoles
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Authorization = "authorization.k8s.io";

    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];

    private static readonly (string Group, string[] Readable, string[] Writable)[] Workloads =
    [
        ("",
            ["configmaps", "endpoints", "events", "limitranges", "namespaces", "namespaces/status", "persistentvolumeclaims", "persistentvolumeclaims/status", "pods",
             "pods/log", "pods/status", "resourcequotas", "resourcequotas/status", "serviceaccounts", "services", "services/status"],
            ["configmaps", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/eviction", "pods/exec", "pods/portforward", "secrets", "serviceaccounts", "services"]),
        ("apps",
            ["controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale", "deployments/status", "replicasets",
             "replicasets/scale", "replicasets/status", "statefulsets", "statefulsets/scale", "statefulsets/status"],
            ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"]),
        ("autoscaling", ["horizontalpodautoscalers", "horizontalpodautoscalers/status"], ["horizontalpodautoscalers"]),
        ("batch", ["cronjobs", "cronjobs/status", "jobs", "jobs/status"], ["cronjobs", "jobs"]),
        ("coordination.k8s.io", [], ["leases"]),
        ("discovery.k8s.io", ["endpointslices"], []),
        ("metrics.k8s.io", ["nodes", "pods"], []),
        ("networking.k8s.io", ["ingresses", "ingresses/status", "networkpolicies"], ["ingresses", "networkpolicies"]),
        ("policy", ["poddisruptionbudgets", "poddisruptionbudgets/status"], ["poddisruptionbudgets"]),
    ];

    /// <summary>
    /// The rules of <c>system:basic-user</c> and <c>system:discovery</c>. They hold for every authenticated user also while
    /// the store does not have the roles yet: without them no client finds out what is served.
    /// </summary>
    internal static IReadOnlyList<PolicyRule> OfEverybody { get; } = [.. BasicUser().Concat(Discovery()).Select(PolicyRule.Of)];

    /// <summary>ClusterRoles and ClusterRoleBindings with their types, each made when it is missing and left alone when it is not.</summary>
    public static IEnumerable<(ResourceType Type, JsonObject Object)> All()
    {
        yield return Role("cluster-admin", Rule(["*"], ["*"], ["*"]), new() { ["nonResourceURLs"] = List("*"), ["verbs"] = List("*") });
        yield return Role("admin", [.. Edit(), Rule([Group], ["roles", "rolebindings"], [.. Read, .. Write]), Rule([Authorization], ["localsubjectaccessreviews"], ["create"])]);
        yield return Role("edit", [.. Edit()]);
        yield return Role("view", [.. View()]);
        yield return Role("system:basic-user", [.. BasicUser()]);
        yield return Role("system:discovery", [.. Discovery()]);
        yield return Role("system:public-info-viewer", new JsonObject { ["nonResourceURLs"] = List("/healthz", "/livez", "/readyz", "/version", "/version/"), ["verbs"] = List("get") });
        yield return Role("system:auth-delegator", Rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]), Rule([Authorization], ["subjectaccessreviews"], ["create"]));
        yield return Binding("cluster-admin", "system:masters");
        yield return Binding("system:basic-user", "system:authenticated");
        yield return Binding("system:discovery", "system:authenticated");
        yield return Binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated");
    }

    private static IEnumerable<JsonObject> View() => Workloads.Where(w => w.Readable.Length > 0).Select(w => Rule([w.Group], w.Readable, Read));

    private static IEnumerable<JsonObject> Edit() =>
    [
        .. View(),
        .. Workloads.Where(w => w.Writable.Length > 0).Select(w => Rule([w.Group], w.Writable, [.. Read, .. Write])),
        Rule([""], ["serviceaccounts/token"], ["create"]),
    ];

    private static IEnumerable<JsonObject> BasicUser() =>
    [
        Rule([Authorization], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
        Rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
    ];

    private static IEnumerable<JsonObject> Discovery() =>
    [
        new()
        {
            ["nonResourceURLs"] = List("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"),
            ["verbs"] = List("get"),
        },
    ];

    private static JsonObject Rule(string[] groups, string[] resources, string[] verbs) =>
        new() { ["apiGroups"] = List(groups), ["resources"] = List(resources), ["verbs"] = List(verbs) };

    private static (ResourceType, JsonObject) Role(string name, params JsonObject[] rules) =>
        (ResourceTypes.ClusterRoles, new() { ["metadata"] = Metadata(name), ["rules"] = new JsonArray([.. rules]) });

    private static (ResourceType, JsonObject) Binding(string role, params string[] groups) => (ResourceTypes.ClusterRoleBindings, new()
    {
        ["metadata"] = Metadata(role),
        ["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = role },
        ["subjects"] = new JsonArray([.. groups.Select(g => new JsonObject { ["apiGroup"] = Group, ["kind"] = "Group", ["name"] = g })]),
    });

    private static JsonObject Metadata(string name) =>
        new() { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" } };

    private static JsonArray List(params string[] values) => [.. values.Select(v => (JsonNode)v)];
}
