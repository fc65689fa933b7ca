using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>What differs between two snapshots.</summary>
internal sealed record SnapshotChanges(IReadOnlyList<RouteRow> Put, IReadOnlyList<RouteRow> Gone, IReadOnlyList<PodRow> Pods)
{
    public bool Any => Put.Count + Gone.Count + Pods.Count > 0;

    public static SnapshotChanges Between(ClusterSnapshot before, ClusterSnapshot after)
    {
        // Two rules may say the same thing: then one line speaks for both.
        var old = before.Routes.ToLookup(static route => route.Key);
        var now = after.Routes.Select(static route => route.Key).ToHashSet();
        var pods = before.Pods.ToDictionary(static pod => (pod.Namespace, pod.Name));
        return new(
            [.. after.Routes.Where(route => !old[route.Key].Any(route.SameAs))],
            [.. before.Routes.Where(route => !now.Contains(route.Key))],
            [.. after.Pods.Where(pod => !pods.TryGetValue((pod.Namespace, pod.Name), out var known) || known != pod)]);
    }
}
