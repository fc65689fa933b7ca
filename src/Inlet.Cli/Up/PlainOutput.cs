using System.Globalization;
using Inlet.Local;
using Inlet.Local.Apply;
using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>Lines for logs and pipes: no colour, no cursor.</summary>
internal sealed class PlainOutput(TextWriter writer, TimeProvider time) : IUpOutput
{
    private string _waiting = "";

    public void Started(LocalCluster cluster)
    {
        writer.WriteLine($"api server   https://{cluster.ApiServer}");
        writer.WriteLine($"kubeconfig   {cluster.KubeconfigPath}");
        writer.WriteLine($"data         {cluster.DataDirectoryPath}");
        writer.WriteLine($"pod network  {RouteText.PodNetwork(cluster)}");
        writer.Flush();
    }

    public void Applied(string source, IReadOnlyList<Applied> applied)
    {
        foreach (var (one, warning) in applied.SelectMany(static one => one.Warnings.Select(warning => (one, warning))))
        {
            writer.WriteLine($"warning      {one.Manifest.Position}: {warning}");
        }

        writer.WriteLine($"applied      {source}: {RouteText.Kinds(applied)}");
        writer.Flush();
    }

    public void Waiting(ClusterSnapshot snapshot)
    {
        var text = $"{snapshot.Pods.Count(static pod => pod.IsReady)}/{snapshot.Pods.Count} pods ready, "
            + $"{snapshot.Routes.Count(static route => route.InForce)}/{snapshot.Routes.Count} routes in force";
        if (text != _waiting)
        {
            _waiting = text;
            writer.WriteLine($"waiting      {text}");
            writer.Flush();
        }
    }

    public void Ready(ClusterSnapshot snapshot, IngressAddresses addresses, TimeSpan since)
    {
        var seconds = since.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        writer.WriteLine(snapshot.IsSettled ? $"ready        after {seconds} s" : $"not ready    after {seconds} s; still watching");
        foreach (var pod in snapshot.Pods.Where(static pod => !pod.IsReady))
        {
            writer.WriteLine($"waiting for  pod {RouteText.Pod(pod)}");
        }

        writer.WriteLine();
        if (snapshot.Routes.Count == 0)
        {
            writer.WriteLine(RouteText.NoRoutes);
        }
        else
        {
            WriteTable([RouteText.Columns, .. snapshot.Routes.Select(route => RouteText.Cells(route, addresses))]);
        }

        writer.WriteLine();
        if (addresses.Http > 0)
        {
            writer.WriteLine(addresses.Describe());
        }

        if (addresses.Hint(snapshot.Routes) is { } hint)
        {
            writer.WriteLine($"try: {hint}");
        }

        writer.Flush();
    }

    public void Changed(SnapshotChanges changes, IngressAddresses addresses)
    {
        foreach (var route in changes.Put)
        {
            Line("route", $"{route.Namespace}/{route.Ingress} {addresses.Url(route)} -> {RouteText.Service(route)} {RouteText.Pods(route)}");
        }

        foreach (var route in changes.Gone)
        {
            Line("gone", $"{route.Namespace}/{route.Ingress} {addresses.Url(route)} -> {RouteText.Service(route)}");
        }

        foreach (var pod in changes.Pods.Where(static pod => !pod.IsReady))
        {
            Line("pod", RouteText.Pod(pod));
        }
    }

    public void Warning(string about, string reason, string message) => Line("warning", $"{about}: {reason}: {message}");

    public void Stopping()
    {
        writer.WriteLine("stopping");
        writer.Flush();
    }

    public void Stopped()
    {
        writer.WriteLine("stopped");
        writer.Flush();
    }

    public void Dispose()
    {
    }

    private void Line(string what, string text)
    {
        writer.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what,-8} {text}");
        writer.Flush();
    }

    private void WriteTable(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            writer.WriteLine(string.Join("   ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
