using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Authorization;

/// <summary>One rule of a Role or ClusterRole.</summary>
internal sealed record PolicyRule(
    IReadOnlyList<string> Verbs, IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Names, IReadOnlyList<string> Paths)
{
    private const string All = "*";

    public static PolicyRule Of(JsonObject rule) =>
        new(List(rule, "verbs"), List(rule, "apiGroups"), List(rule, "resources"), List(rule, "resourceNames"), List(rule, "nonResourceURLs"));

    public bool Allows(AccessAttributes wanted) => wanted.Path is { } path
        ? Has(Verbs, wanted.Verb) && Paths.Any(p => MatchesPath(p, path))
        : Has(Verbs, wanted.Verb) && Has(Groups, wanted.Group) && HasResource(wanted.FullResource) && (Names.Count == 0 || Names.Contains(wanted.Name));

    /// <summary>The rule taken apart into rules of one verb, group, resource and name, or one verb and path.</summary>
    public IEnumerable<PolicyRule> Parts()
    {
        foreach (var verb in Verbs)
        {
            foreach (var path in Paths)
            {
                yield return new([verb], [], [], [], [path]);
            }

            foreach (var (group, resource) in Groups.SelectMany(g => Resources.Select(r => (g, r))))
            {
                foreach (var name in Names.Count == 0 ? [null] : Names.Cast<string?>())
                {
                    yield return new([verb], [group], [resource], name is null ? [] : [name], []);
                }
            }
        }
    }

    /// <param name="part">One of <see cref="Parts"/>; its wildcards are covered by wildcards alone.</param>
    public bool Covers(PolicyRule part) => Has(Verbs, part.Verbs[0]) && (part.Paths.Count > 0
        ? Paths.Any(p => MatchesPath(p, part.Paths[0]))
        : Has(Groups, part.Groups[0]) && HasResource(part.Resources[0]) && (Names.Count == 0 || (part.Names.Count > 0 && Names.Contains(part.Names[0]))));

    public JsonObject ToReview() => Paths.Count > 0
        ? new() { ["verbs"] = Array(Verbs), ["nonResourceURLs"] = Array(Paths) }
        : Names.Count == 0
            ? new() { ["verbs"] = Array(Verbs), ["apiGroups"] = Array(Groups), ["resources"] = Array(Resources) }
            : new() { ["verbs"] = Array(Verbs), ["apiGroups"] = Array(Groups), ["resources"] = Array(Resources), ["resourceNames"] = Array(Names) };

    /// <summary>As Kubernetes prints a rule in a refusal.</summary>
    public override string ToString()
    {
        (string Name, IReadOnlyList<string> Values)[] parts =
            [("APIGroups", Groups), ("Resources", Resources), ("ResourceNames", Names), ("NonResourceURLs", Paths), ("Verbs", Verbs)];
        var texts = parts.Where(p => p.Values.Count > 0).Select(p => $"{p.Name}:[{string.Join(' ', p.Values.Select(FieldErrors.Quote))}]");
        return $"{{{string.Join(", ", texts)}}}";
    }

    private static bool Has(IReadOnlyList<string> list, string value) => list.Contains(All) || list.Contains(value);

    // "*/scale" is the sub-resource of everything; "*" is everything with all of its sub-resources.
    private bool HasResource(string wanted)
    {
        var slash = wanted.IndexOf('/', StringComparison.Ordinal);
        return Has(Resources, wanted) || (slash >= 0 && Resources.Contains($"*{wanted[slash..]}"));
    }

    private static bool MatchesPath(string pattern, string path) =>
        pattern == All || pattern == path || (pattern.EndsWith(All, StringComparison.Ordinal) && path.StartsWith(pattern[..^1], StringComparison.Ordinal));

    private static List<string> List(JsonObject rule, string key) => rule.Array(key)?.Select(v => v?.ToString() ?? "").ToList() ?? [];

    private static JsonArray Array(IReadOnlyList<string> values) => [.. values.Select(v => (JsonNode)v)];
}
