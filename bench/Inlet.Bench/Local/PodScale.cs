using System.Globalization;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Local;

/// <summary>What many pods cost: their start, idling with them, and replacing them while requests come.</summary>
internal sealed record PodScale
{
    private const string AllCores = "0-1023";
    private const int RolledPods = 50;
    private const int Clients = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    // A process that costs nothing of its own: what is measured is Inlet.
    private const string Sleepers =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: sleepers}
        spec:
          replicas: 0
          selector: {matchLabels: {app: sleepers}}
          template:
            metadata: {labels: {app: sleepers}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - {name: app, image: sleep, command: [sleep, infinity]}
        """;

    /// <summary>From <c>kubectl scale</c> to all of them ready.</summary>
    public required TimeSpan Started { get; init; }

    /// <summary>Of one core, all processes of Inlet, with the pods running.</summary>
    public required double IdleCpuShare { get; init; }

    public required double MebibytesPerPod { get; init; }

    public required int Requests { get; init; }

    public required int FailedRequests { get; init; }

    public required TimeSpan Rolled { get; init; }

    public static PodScale Run(Workshop workshop, string inlet, int round, int pods, TimeSpan idleTime)
    {
        var kubeconfig = workshop.PathOf($"scale-kubeconfig-{round}");
        var up = new UpProcess(workshop.Start($"scale-{round}", AllCores, inlet, "up", "--data-dir", workshop.PathOf($"scale-{round}"), "--runtime", "process",
            "--api-port", "0", "--http-port", "0", "--https-port", "0", "--kubeconfig", kubeconfig, "--output", "json",
            "-f", workshop.WriteFile("sleepers.yaml", Sleepers)));
        try
        {
            Waiting.Until("the event ready", Patience, Glance, () => up.Lives && up.HttpPort is not null);
            IdleCost.WaitForCalm(up.Id);
            var before = IdleCost.Measure(up.Id, TimeSpan.FromSeconds(1));
            var started = Scale(workshop, kubeconfig, "sleepers", pods);
            IdleCost.WaitForCalm(up.Id);
            var idle = IdleCost.Measure(up.Id, idleTime);
            Scale(workshop, kubeconfig, "sleepers", 0);
            var (rolled, requests, failed) = Roll(workshop, kubeconfig, up.HttpPort!.Value);
            workshop.End(up.Process);
            return new PodScale
            {
                Started = started,
                IdleCpuShare = idle.CpuShare,
                MebibytesPerPod = (idle.PssBytes - before.PssBytes) / 1048576.0 / pods,
                Requests = requests,
                FailedRequests = failed,
                Rolled = rolled,
            };
        }
        catch (BenchException exception)
        {
            throw new BenchException($"{exception.Message}\n{up.Process.LogTail()}");
        }
    }

    private static (TimeSpan Time, int Requests, int Failed) Roll(Workshop workshop, string kubeconfig, int port)
    {
        var app = LocalManifests.App.Replace(
            "ports: [{name: http, containerPort: 8080}]",
            "ports: [{name: http, containerPort: 8080}]\n          readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}",
            StringComparison.Ordinal);
        Kubectl(workshop, kubeconfig, "apply", "-f", workshop.WriteFile("rolled.yaml", app));
        Scale(workshop, kubeconfig, "app", RolledPods);
        using var asker = new HttpAsker(port);
        Waiting.Until("a 200 of the app", Patience, Glance, () => asker.Status(LocalManifests.AppHost) == 200);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => Ask(port, stop.Token))).ToList();
        var time = Timed(() =>
        {
            Kubectl(workshop, kubeconfig, "rollout", "restart", "deployment/app");
            Kubectl(workshop, kubeconfig, "rollout", "status", "deployment/app");
        });
        stop.Cancel();
        var results = load.Select(static client => client.GetAwaiter().GetResult()).ToList();
        return (time, results.Sum(static r => r.Requests), results.Sum(static r => r.Failed));
    }

    private static (int Requests, int Failed) Ask(int port, CancellationToken stop)
    {
        using var asker = new HttpAsker(port);
        int requests = 0, failed = 0;
        while (!stop.IsCancellationRequested)
        {
            requests++;
            failed += asker.Status(LocalManifests.AppHost) == 200 ? 0 : 1;
        }

        return (requests, failed);
    }

    private static TimeSpan Scale(Workshop workshop, string kubeconfig, string deployment, int replicas) => Timed(() =>
    {
        Kubectl(workshop, kubeconfig, "scale", "deployment", deployment, "--replicas=" + replicas.ToString(CultureInfo.InvariantCulture));
        Kubectl(workshop, kubeconfig, "rollout", "status", "deployment/" + deployment);
    });

    private static void Kubectl(Workshop workshop, string kubeconfig, params IReadOnlyList<string> arguments) =>
        workshop.Run("kubectl", AllCores, Patience, ["kubectl", "--kubeconfig", kubeconfig, .. arguments]);

    private static TimeSpan Timed(Action action)
    {
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        action();
        return System.Diagnostics.Stopwatch.GetElapsedTime(started);
    }
}
