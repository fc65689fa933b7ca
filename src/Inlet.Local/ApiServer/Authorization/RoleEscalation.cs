using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;

namespace Inlet.Local.ApiServer.Authorization;

/// <summary>
/// Nobody makes a role, or gives one to somebody, that can do what they cannot, unless they may <c>escalate</c> or
/// <c>bind</c> it by name (Kubernetes, privilege escalation prevention).
/// </summary>
internal static class RoleEscalation
{
    /// <param name="obj">A Role, ClusterRole or one of their bindings, as it would be stored.</param>
    /// <exception cref="KubernetesApiException">403 naming the rights that are missing.</exception>
    public static void Check(RbacAuthorizer authorizer, UserIdentity user, ResourceType type, JsonObject obj, JsonObject? old)
    {
        if (user.IsMaster)
        {
            return;
        }

        var ns = obj.Namespace();
        if (type == ResourceTypes.Roles || type == ResourceTypes.ClusterRoles)
        {
            if (old is null || !JsonNode.DeepEquals(old["rules"], obj["rules"]))
            {
                RequireHeld(authorizer, "escalate", type.Plural, obj.Name(), RbacAuthorizer.Rules(obj), user, type, obj.Name(), ns);
            }
        }
        else if ((type == ResourceTypes.RoleBindings || type == ResourceTypes.ClusterRoleBindings)
            && (old is null || !JsonNode.DeepEquals(old["subjects"], obj["subjects"]) || !JsonNode.DeepEquals(old["roleRef"], obj["roleRef"])))
        {
            var role = obj.Object("roleRef");
            var plural = role.String("kind") == "Role" ? ResourceTypes.Roles.Plural : ResourceTypes.ClusterRoles.Plural;
            RequireHeld(authorizer, "bind", plural, role.String("name") ?? "", authorizer.RulesOf(role, ns), user, type, obj.Name(), ns);
        }
    }

    private static void RequireHeld(
        RbacAuthorizer authorizer, string verb, string plural, string role, IEnumerable<PolicyRule> rules, UserIdentity user, ResourceType type, string name, string ns)
    {
        if (authorizer.Allows(new(user, verb, type.Group, plural, Namespace: ns, Name: role)))
        {
            return;
        }

        var held = authorizer.RulesOf(user, ns);
        var missing = rules.SelectMany(r => r.Parts()).Where(part => !held.Any(h => h.Covers(part))).ToList();
        if (missing.Count > 0)
        {
            throw ApiErrors.Forbidden(
                type, name,
                $"user \"{user.Name}\" (groups=[{string.Join(' ', user.Groups.Select(g => $"\"{g}\""))}]) is attempting to grant RBAC permissions "
                + $"not currently held:\n{string.Join('\n', missing)}");
        }
    }
}
