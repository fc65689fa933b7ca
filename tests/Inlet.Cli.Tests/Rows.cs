using Inlet.Local.Overview;

namespace Inlet.Cli.Tests;

/// <summary>Rows with everything the test does not care about filled in.</summary>
internal static class Rows
{
    public static RouteRow Route(
        string host = "www.app.com", string path = "/", string ns = "default", bool tls = false, bool inForce = true, string canary = "", string[]? ready = null, string[]? waiting = null) =>
        new(ns, "app", host, path, "svc", "8080", canary, tls, inForce, ready ?? ["pod-1"], waiting ?? []);

    public static PodRow Pod(string name = "pod-1", string status = "Running", int ready = 1, string message = "") => new("default", name, status, ready, 1, message);

    public static ClusterSnapshot Snapshot(RouteRow[] routes, params PodRow[] pods) => new(routes, pods, new HashSet<(string, string)>());
}
