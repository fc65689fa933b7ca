using System.Globalization;
using Inlet.Local;
using Inlet.Local.Apply;
using Inlet.Local.Overview;
using Spectre.Console;

namespace Inlet.Cli.Up;

/// <summary>For people at a terminal: colour, and a spinner while things come up.</summary>
internal sealed class TerminalOutput(IAnsiConsole console, TimeProvider time) : IUpOutput
{
    private TaskCompletionSource? _spinning;
    private Task _spinner = Task.CompletedTask;
    private StatusContext? _status;

    public void Started(LocalCluster cluster)
    {
        Fact("api server", $"https://{cluster.ApiServer}");
        Fact("kubeconfig", cluster.KubeconfigPath);
        Fact("data", cluster.DataDirectoryPath);
        Fact("pod network", RouteText.PodNetwork(cluster));
    }

    public void Applied(string source, IReadOnlyList<Applied> applied)
    {
        foreach (var (one, warning) in applied.SelectMany(static one => one.Warnings.Select(warning => (one, warning))))
        {
            console.MarkupLineInterpolated($"[yellow]warning[/]      {one.Manifest.Position}: {warning}");
        }

        Fact("applied", $"{source}: {RouteText.Kinds(applied)}");
    }

    public void Waiting(ClusterSnapshot snapshot)
    {
        var text = $"{snapshot.Pods.Count(static pod => pod.IsReady)}/{snapshot.Pods.Count} pods ready, "
            + $"{snapshot.Routes.Count(static route => route.InForce)}/{snapshot.Routes.Count} routes in force";
        Spin(text);
    }

    public void Ready(ClusterSnapshot snapshot, IngressAddresses addresses, TimeSpan since)
    {
        StopSpinning();
        var seconds = since.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        console.MarkupLine(snapshot.IsSettled ? $"[green]ready[/]        after {seconds} s" : $"[yellow]not ready[/]    after {seconds} s; still watching");
        foreach (var pod in snapshot.Pods.Where(static pod => !pod.IsReady))
        {
            console.MarkupLineInterpolated($"[yellow]waiting for[/]  pod {RouteText.Pod(pod)}");
        }

        console.Write(snapshot.Routes.Count == 0 ? new Text(RouteText.NoRoutes + "\n") : Table(snapshot, addresses));
        if (addresses.Http > 0)
        {
            console.WriteLine(addresses.Describe());
        }

        if (addresses.Hint(snapshot.Routes) is { } hint)
        {
            console.MarkupLineInterpolated($"try: [bold]{hint}[/]");
        }

        console.MarkupLine("[grey]Ctrl-C stops everything; what you applied is there again at the next start.[/]");
    }

    private static Table Table(ClusterSnapshot snapshot, IngressAddresses addresses)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns([.. RouteText.Columns.Select(static title => new TableColumn(new Text(title, new Style(decoration: Decoration.Bold))))]);
        foreach (var route in snapshot.Routes)
        {
            var style = route.IsReady ? Style.Plain : new Style(Color.Yellow);
            table.AddRow(RouteText.Cells(route, addresses).Select(cell => new Text(cell, style)));
        }

        return table;
    }

    public void Changed(SnapshotChanges changes, IngressAddresses addresses)
    {
        foreach (var route in changes.Put)
        {
            Line("route", route.IsReady ? "green" : "yellow", $"{route.Namespace}/{route.Ingress} {addresses.Url(route)} → {RouteText.Service(route)} {RouteText.Pods(route)}");
        }

        foreach (var route in changes.Gone)
        {
            Line("gone", "grey", $"{route.Namespace}/{route.Ingress} {addresses.Url(route)} → {RouteText.Service(route)}");
        }

        foreach (var pod in changes.Pods.Where(static pod => !pod.IsReady))
        {
            Line("pod", "yellow", RouteText.Pod(pod));
        }
    }

    public void Warning(string about, string reason, string message) => Line("warning", "yellow", $"{about}: {reason}: {message}");

    public void Stopping()
    {
        StopSpinning();
        console.MarkupLine("[grey]stopping[/]");
    }

    public void Stopped() => console.MarkupLine("[grey]stopped[/]");

    public void Dispose() => StopSpinning();

    private void Spin(string text)
    {
        if (_spinning is null)
        {
            var spinning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _spinning = spinning;
            _spinner = console.Status().StartAsync(Markup.Escape(text), context =>
            {
                _status = context;
                return spinning.Task;
            });
        }
        else if (_status is { } status)
        {
            status.Status = Markup.Escape(text);
        }
    }

    private void StopSpinning()
    {
        _spinning?.TrySetResult();
        _spinner.GetAwaiter().GetResult();
        _spinning = null;
        _status = null;
    }

    private void Fact(string name, string value) => console.MarkupLineInterpolated($"[grey]{name,-12}[/] {value}");

    private void Line(string what, string colour, string text) =>
        console.MarkupLine($"[grey]{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}[/] [{colour}]{what,-8}[/] {Markup.Escape(text)}");
}
