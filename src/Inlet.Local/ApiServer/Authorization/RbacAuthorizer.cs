using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Authorization;

/// <summary>Who may do what, as the Roles and bindings in the store say (Kubernetes RBAC). The group <c>system:masters</c> may do everything.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private static readonly string Roles = ResourceTypes.Roles.ToString();
    private static readonly string ClusterRoles = ResourceTypes.ClusterRoles.ToString();
    private static readonly string RoleBindings = ResourceTypes.RoleBindings.ToString();
    private static readonly string ClusterRoleBindings = ResourceTypes.ClusterRoleBindings.ToString();

    private static readonly PolicyRule Everything = new(["*"], ["*"], ["*"], [], []);
    private static readonly PolicyRule EveryPath = new(["*"], [], [], [], ["*"]);

    // A stored object never changes: its rules are read once, and forgotten with it.
    private readonly ConditionalWeakTable<StoredObject, List<PolicyRule>> _rules = [];

    public bool Allows(AccessAttributes wanted) => WhyAllowed(wanted) is not null;

    /// <exception cref="KubernetesApiException">403.</exception>
    public void Require(AccessAttributes wanted)
    {
        if (!Allows(wanted))
        {
            throw wanted.Refusal();
        }
    }

    /// <returns>Which binding allows it, for people; null when none does.</returns>
    public string? WhyAllowed(AccessAttributes wanted)
    {
        if (wanted.User.IsMaster)
        {
            return "";
        }

        foreach (var (binding, rules) in Grants(wanted.User, wanted.Namespace))
        {
            if (rules.Exists(r => r.Allows(wanted)))
            {
                return $"RBAC: allowed by {binding.Object.String("kind")} {FieldName(binding)} of {Role(binding).String("kind")} \"{Role(binding).String("name")}\"";
            }
        }

        return BuiltinRoles.OfEverybody.Any(r => !wanted.User.IsAnonymous && r.Allows(wanted)) ? "RBAC: every user may" : null;
    }

    /// <summary>All rights of a user in a namespace (empty: at the cluster scope).</summary>
    public IReadOnlyList<PolicyRule> RulesOf(UserIdentity user, string ns) => user.IsMaster
        ? [Everything, EveryPath]
        : [.. Grants(user, ns).SelectMany(g => g.Rules), .. BuiltinRoles.OfEverybody];

    /// <summary>The rules a binding's <c>roleRef</c> means; empty when there is no such role.</summary>
    /// <param name="ns">The binding's namespace; empty for a ClusterRoleBinding.</param>
    public IReadOnlyList<PolicyRule> RulesOf(JsonObject? roleRef, string ns)
    {
        var name = roleRef.String("name") ?? "";
        var key = roleRef.String("kind") == "Role" ? new StoreKey(Roles, ns, name) : new StoreKey(ClusterRoles, "", name);
        return store.Find(key) is { } role ? _rules.GetValue(role, static r => Rules(r.Object)) : [];
    }

    public static List<PolicyRule> Rules(JsonObject role) => [.. role.Objects("rules").Select(PolicyRule.Of)];

    private IEnumerable<(StoredObject Binding, List<PolicyRule> Rules)> Grants(UserIdentity user, string ns)
    {
        var state = store.State;
        var bindings = state.List(ClusterRoleBindings, null);
        foreach (var binding in ns.Length == 0 ? bindings : bindings.Concat(state.List(RoleBindings, ns)))
        {
            if (binding.Object.Objects("subjects").Any(s => IsSubject(s, user)))
            {
                yield return (binding, [.. RulesOf(Role(binding), binding.Key.Namespace)]);
            }
        }
    }

    private static bool IsSubject(JsonObject subject, UserIdentity user) => subject.String("kind") switch
    {
        "User" => subject.String("name") == user.Name,
        "Group" => user.Groups.Contains(subject.String("name")),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.String("namespace")}:{subject.String("name")}",
        _ => false,
    };

    private static JsonObject? Role(StoredObject binding) => binding.Object.Object("roleRef");

    private static string FieldName(StoredObject binding) =>
        binding.Key.Namespace.Length == 0 ? $"\"{binding.Key.Name}\"" : $"\"{binding.Key.Name}/{binding.Key.Namespace}\"";
}
