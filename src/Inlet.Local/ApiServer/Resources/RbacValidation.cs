using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>What the four RBAC kinds share.</summary>
internal static class RbacValidation
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Rules(JsonObject obj, bool namespaced, FieldErrors errors)
    {
        foreach (var (rule, index) in obj.Objects("rules").Select((r, i) => (r, i)))
        {
            var at = $"rules[{index}]";
            if (IsEmpty(rule, "verbs"))
            {
                errors.Required($"{at}.verbs", "verbs must contain at least one value");
            }

            if (!IsEmpty(rule, "nonResourceURLs"))
            {
                if (namespaced)
                {
                    errors.Invalid($"{at}.nonResourceURLs", rule["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs");
                }

                continue;
            }

            if (IsEmpty(rule, "apiGroups"))
            {
                errors.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
            }

            if (IsEmpty(rule, "resources"))
            {
                errors.Required($"{at}.resources", "resource rules must supply at least one resource");
            }
        }
    }

    public static void DefaultBinding(JsonObject obj)
    {
        if (obj["roleRef"] is JsonObject role)
        {
            FieldChecks.Default(role, "apiGroup", Group);
        }

        foreach (var subject in obj.Objects("subjects"))
        {
            if (subject.String("kind") is "User" or "Group")
            {
                FieldChecks.Default(subject, "apiGroup", Group);
            }
        }
    }

    public static void Binding(JsonObject obj, JsonObject? old, bool namespaced, FieldErrors errors)
    {
        var role = obj.Object("roleRef");
        if (role.String("apiGroup") is not Group)
        {
            errors.NotSupported("roleRef.apiGroup", role.String("apiGroup"), Group);
        }

        if (role.String("kind") is not "ClusterRole" && !(namespaced && role.String("kind") is "Role"))
        {
            errors.NotSupported("roleRef.kind", role.String("kind"), namespaced ? ["ClusterRole", "Role"] : ["ClusterRole"]);
        }

        if (string.IsNullOrEmpty(role.String("name")))
        {
            errors.Required("roleRef.name");
        }

        if (old is not null && !JsonNode.DeepEquals(obj["roleRef"], old["roleRef"]))
        {
            errors.Invalid("roleRef", obj["roleRef"], "cannot change roleRef");
        }

        foreach (var (subject, index) in obj.Objects("subjects").Select((s, i) => (s, i)))
        {
            var at = $"subjects[{index}]";
            if (string.IsNullOrEmpty(subject.String("name")))
            {
                errors.Required($"{at}.name");
            }

            FieldChecks.OneOf(subject.String("kind") ?? "", $"{at}.kind", errors, "Group", "ServiceAccount", "User");
            if (subject.String("kind") == "ServiceAccount" && string.IsNullOrEmpty(subject.String("namespace")))
            {
                errors.Required($"{at}.namespace");
            }
        }
    }

    public static string Subjects(JsonObject obj, string kind) => string.Join(", ", obj.Objects("subjects")
        .Where(s => s.String("kind") == kind)
        .Select(s => kind == "ServiceAccount" ? $"{s.String("namespace")}/{s.String("name")}" : s.String("name")));

    private static bool IsEmpty(JsonObject rule, string key) => rule.Array(key) is null or { Count: 0 };
}
