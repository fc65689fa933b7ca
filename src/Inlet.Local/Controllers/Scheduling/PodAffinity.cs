using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>
/// Required affinity and anti-affinity between pods. With one node, "in the same topology" is "there", provided that the node
/// has the topology's label. (Preferences choose between nodes: here is one.)
/// </summary>
internal sealed class PodAffinity(Informer namespaces)
{
    /// <param name="there">The pods that share the node.</param>
    public string? Refusal(JsonObject pod, JsonObject node, IReadOnlyCollection<JsonObject> there)
    {
        var affinity = Terms(pod, "podAffinity");
        if (affinity.Count > 0 && !Attracts(pod, node, affinity, there))
        {
            return "node(s) didn't match pod affinity rules";
        }

        if (Terms(pod, "podAntiAffinity").Any(term => HasTopology(node, term) && there.Any(other => Matches(term, pod, other))))
        {
            return "node(s) didn't match pod anti-affinity rules";
        }

        var isUnwelcome = there.Any(other => Terms(other, "podAntiAffinity").Any(term => HasTopology(node, term) && Matches(term, other, pod)));
        return isUnwelcome ? "node(s) didn't satisfy existing pods anti-affinity rules" : null;
    }

    /// <summary>Whether other pods can make this one fit: it is to be looked at again when they change.</summary>
    public static bool DependsOnOthers(JsonObject pod) => Terms(pod, "podAffinity").Count + Terms(pod, "podAntiAffinity").Count > 0;

    // The first of a group that wants to be together has nobody to join.
    private bool Attracts(JsonObject pod, JsonObject node, List<JsonObject> terms, IEnumerable<JsonObject> there) =>
        terms.All(term => HasTopology(node, term))
        && (there.Any(other => terms.All(term => Matches(term, pod, other))) || terms.All(term => Matches(term, pod, pod)));

    private static List<JsonObject> Terms(JsonObject pod, string kind) =>
        [.. pod.Object("spec").Object("affinity").Object(kind).Objects("requiredDuringSchedulingIgnoredDuringExecution")];

    private static bool HasTopology(JsonObject node, JsonObject term) => node.Labels().String(term.String("topologyKey") ?? "") is not null;

    /// <param name="owner">The pod the term belongs to.</param>
    private bool Matches(JsonObject term, JsonObject owner, JsonObject other)
    {
        if (!InNamespace(term, owner, other.Namespace()))
        {
            return false;
        }

        var (own, labels) = (owner.Labels(), other.Labels());
        return Selector(term.Object("labelSelector")).Matches(labels)
            && Keys(term, "matchLabelKeys").All(key => own.String(key) is not { } value || labels.String(key) == value)
            && Keys(term, "mismatchLabelKeys").All(key => own.String(key) is not { } value || labels.String(key) != value);
    }

    private bool InNamespace(JsonObject term, JsonObject owner, string ns)
    {
        var names = Keys(term, "namespaces").ToList();
        var selector = term.Object("namespaceSelector");
        if (names.Count == 0 && selector is null)
        {
            return ns == owner.Namespace();
        }

        return names.Contains(ns) || (selector is not null && Selector(selector).Matches(namespaces.Find(new ObjectKey("", ns))?.Labels()));
    }

    private static IEnumerable<string> Keys(JsonObject term, string list) => term.Array(list)?.Select(key => key?.ToString() ?? "") ?? [];

    private static LabelSelector Selector(JsonObject? selector)
    {
        try
        {
            return LabelSelector.FromObject(selector);
        }
        catch (SelectorFormatException)
        {
            return LabelSelector.Nothing;
        }
    }
}
