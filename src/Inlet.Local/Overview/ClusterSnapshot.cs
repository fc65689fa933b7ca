namespace Inlet.Local.Overview;

/// <summary>The cluster as a person asks about it, at one moment.</summary>
/// <param name="Routes">In order of namespace, Ingress, and as written.</param>
/// <param name="Pods">In order of namespace and name; without those being deleted.</param>
/// <param name="ReadyServices">Services with at least one pod that takes requests.</param>
public sealed record ClusterSnapshot(IReadOnlyList<RouteRow> Routes, IReadOnlyList<PodRow> Pods, IReadOnlySet<(string Namespace, string Name)> ReadyServices)
{
    /// <summary>Nothing is still on its way up.</summary>
    public bool IsSettled => Routes.All(static route => route.IsReady) && Pods.All(static pod => pod.IsReady);
}
