using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.ManagedFields;

/// <summary>Refuses an apply that would change what others own, in Kubernetes' words: kubectl shows them and people search for them.</summary>
internal static class ApplyConflicts
{
    /// <exception cref="KubernetesApiException">409 with a cause per field.</exception>
    public static void ThrowIfAny(IEnumerable<ManagerEntry> others, FieldSet changed)
    {
        var conflicts = others
            .SelectMany(e => e.Fields.Intersect(changed).Members().Select(path => (Manager: e.ToString(), Path: Format(path))))
            .OrderBy(c => c.Manager, StringComparer.Ordinal)
            .ToList();
        if (conflicts.Count == 0)
        {
            return;
        }

        var causes = conflicts.Select(c => (JsonNode)new JsonObject
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {c.Manager}",
            ["field"] = c.Path,
        });
        throw new KubernetesApiException(409, "Conflict", Message(conflicts), new JsonObject { ["causes"] = new JsonArray([.. causes]) });
    }

    private static string Message(List<(string Manager, string Path)> conflicts)
    {
        if (conflicts is [var only])
        {
            return $"Apply failed with 1 conflict: conflict with {only.Manager}: {only.Path}";
        }

        var byManager = conflicts.GroupBy(c => c.Manager)
            .Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => $"- {c.Path}"))}");
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', byManager)}";
    }

    /// <summary><c>.spec.template.spec.containers[name="web"].image</c></summary>
    private static string Format(IReadOnlyList<string> path) => string.Concat(path.Select(element => element[0] switch
    {
        'f' => $".{element[2..]}",
        'v' => $"[={element[2..]}]",
        'k' => $"[{string.Join(',', JsonNode.Parse(element[2..])!.AsObject().Select(p => $"{p.Key}={p.Value?.ToJsonString() ?? "null"}"))}]",
        _ => $"[{element[2..]}]",
    }));
}
