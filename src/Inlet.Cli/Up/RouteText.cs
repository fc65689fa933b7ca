using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>The cells of the table of routes, the same on every kind of output.</summary>
internal static class RouteText
{
    private const int NamesShown = 3;

    public const string NoRoutes = "there is no Ingress yet: kubectl apply one, or start with -f";

    public static IReadOnlyList<string> Columns { get; } = ["INGRESS", "HOST", "PATH", "URL", "SERVICE", "PODS"];

    public static string[] Cells(RouteRow route, IngressAddresses addresses) =>
    [
        route.Namespace == "default" ? route.Ingress : $"{route.Namespace}/{route.Ingress}",
        route.Host.Length == 0 ? "*" : route.Host,
        route.Path.Length == 0 ? "(default)" : route.Path,
        addresses.Url(route),
        Service(route),
        Pods(route),
    ];

    public static string Service(RouteRow route) =>
        $"{route.Service}:{route.Port}{(route.Canary.Length == 0 ? "" : $" (canary: {route.Canary})")}";

    /// <summary><c>2/3 web-abc, web-def</c>: ready of all, then the ready ones' names.</summary>
    public static string Pods(RouteRow route)
    {
        var names = string.Join(", ", route.ReadyPods.Take(NamesShown));
        var more = route.ReadyPods.Count > NamesShown ? ", …" : "";
        var waiting = route.InForce ? "" : " (not in force yet)";
        return $"{route.ReadyPods.Count}/{route.ReadyPods.Count + route.WaitingPods.Count} {names}{more}".TrimEnd() + waiting;
    }

    public static string Pod(PodRow pod) =>
        $"{pod.Namespace}/{pod.Name} {pod.ReadyContainers}/{pod.Containers} {pod.Status}{(pod.Message.Length == 0 ? "" : $": {pod.Message}")}";

    /// <summary><c>namespace</c>, or <c>host</c> with what that means and how to have the other.</summary>
    public static string PodNetwork(Inlet.Local.LocalCluster cluster)
    {
        var mode = cluster.PodNetwork.ToString().ToLowerInvariant();
        return cluster.PodNetworkNotice is { } notice ? $"{mode}: {notice}" : mode;
    }

    public static string Kinds(IReadOnlyList<Inlet.Local.Apply.Applied> applied) =>
        string.Join(", ", applied.GroupBy(static a => a.Outcome).OrderBy(static g => g.Key)
            .Select(static g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
}
