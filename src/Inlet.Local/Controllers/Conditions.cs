using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers;

/// <summary><c>status.conditions</c>: at most one of each type.</summary>
internal static class Conditions
{
    public static JsonObject? Find(JsonObject? status, string type) =>
        status.Objects("conditions").FirstOrDefault(condition => condition.String("type") == type);

    public static void Remove(JsonObject status, string type)
    {
        if (Find(status, type) is not { } condition)
        {
            return;
        }

        var conditions = status.Array("conditions")!;
        conditions.Remove(condition);
        if (conditions.Count == 0)
        {
            status.Remove("conditions");
        }
    }

    /// <summary>
    /// Puts a condition in the place of the one of its type. One that says the same (status and reason) stays as it is, with
    /// its times; one that only changes its reason keeps its <c>lastTransitionTime</c>.
    /// </summary>
    /// <param name="condition">With all its times set to now.</param>
    public static void Set(JsonObject status, JsonObject condition)
    {
        var old = Find(status, condition.String("type")!);
        if (old is not null && old.String("status") == condition.String("status") && old.String("reason") == condition.String("reason"))
        {
            return;
        }

        Replace(status, old, condition);
    }

    /// <summary>As <see cref="Set"/>, but also when only the message or a time is new.</summary>
    public static void Renew(JsonObject status, JsonObject condition) => Replace(status, Find(status, condition.String("type")!), condition);

    private static void Replace(JsonObject status, JsonObject? old, JsonObject condition)
    {
        if (old is not null && old.String("status") == condition.String("status") && old.String("lastTransitionTime") is { } since)
        {
            condition["lastTransitionTime"] = since;
        }

        var conditions = status.Array("conditions");
        if (conditions is null)
        {
            status["conditions"] = conditions = [];
        }

        if (old is null)
        {
            conditions.Add(condition);
        }
        else
        {
            conditions[conditions.IndexOf(old)] = condition;
        }
    }
}
