using System.Diagnostics;
using Inlet.Bench.Machine;
using Inlet.Bench.Proxy;
using Inlet.Bench.Proxy.Load;

namespace Inlet.Bench.Control;

/// <summary>
/// One controller over a directory with many Ingresses, one file each, and more of them appearing while requests run. A
/// failed request ends the measurement: the load generator takes nothing but 200.
/// </summary>
internal sealed record ControlRound
{
    private const int RequestsPerSecond = 1000;
    private const int RequestConnections = 16;
    private static readonly TimeSpan BetweenChanges = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    public required TimeSpan Load { get; init; }

    public required long RssBytes { get; init; }

    public required IReadOnlyList<double> InForceMilliseconds { get; init; }

    public required double RequestP99Microseconds { get; init; }

    /// <summary>Of one core, requests included.</summary>
    public required double CpuShare { get; init; }

    public static ControlRound Run(Workshop workshop, string programs, int ingresses, int changes, int round)
    {
        var (upstream, http, admin) = (Workshop.FreePort(), Workshop.FreePort(), Workshop.FreePort());
        var backend = workshop.Start("backend", "1", Path.Combine(programs, "backend"), Workshop.Text(upstream));
        var directory = $"control-{ingresses}-{round}";
        WriteManifests(workshop, directory, ingresses, upstream);
        var started = Stopwatch.GetTimestamp();
        var inlet = workshop.Start("inlet", "0", Path.Combine(programs, "inlet"), "controller", "-f", workshop.PathOf(directory), "--bind", "127.0.0.1",
            "--http-port", Workshop.Text(http), "--https-port", "-1", "--admin-port", Workshop.Text(admin), "--loops", "1");
        using var readiness = new HttpAsker(admin);
        Waiting.Until("readiness", Patience, Glance, () => Lives(inlet) && readiness.Status("localhost", "/readyz") == 200);
        var load = Stopwatch.GetElapsedTime(started);
        var rss = ProcessTree.RssBytes(inlet.Id);

        // A little longer than the changes take.
        var seconds = (changes * BetweenChanges.TotalSeconds) + 3;
        var requests = new PacedLoad(Path.Combine(programs, "paced"), RequestConnections, RequestsPerSecond);
        var cpu = ProcessTree.CpuSeconds(inlet.Id);
        var running = requests.Start(workshop, http, "1", seconds);
        var inForce = Change(workshop, directory, http, changes);
        var result = PacedLoad.Finish(workshop, running, seconds);
        cpu = ProcessTree.CpuSeconds(inlet.Id) - cpu;
        workshop.End(inlet);
        workshop.End(backend);
        Console.Error.WriteLine($"{ingresses} Ingresses, round {round + 1}: loaded in {load.TotalSeconds:F2} s");
        return new ControlRound
        {
            Load = load,
            RssBytes = rss,
            InForceMilliseconds = inForce,
            RequestP99Microseconds = result.LatencyMicroseconds!["p99"],
            CpuShare = cpu / seconds,
        };
    }

    private static bool Lives(Child inlet) => !inlet.HasExited ? true : throw new BenchException($"inlet ended:\n{inlet.LogTail()}");

    private static List<double> Change(Workshop workshop, string directory, int port, int changes)
    {
        using var asker = new HttpAsker(port);
        var times = new List<double>();
        var next = Stopwatch.GetTimestamp();
        for (var number = 0; number < changes; number++)
        {
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next);
            Thread.Sleep(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            next += (long)(BetweenChanges.TotalSeconds * Stopwatch.Frequency);
            var host = FormattableString.Invariant($"new{number}.bench.test");
            var written = workshop.WriteFile($"new-{number}.tmp", Manifests.Ingress($"new{number}", host));
            File.Move(written, Path.Combine(workshop.PathOf(directory), $"new{number}.yaml"));
            times.Add(Waiting.Until($"a 200 of {host}", Patience, TimeSpan.Zero, () => asker.Status(host, PeerSetup.SmallTarget) == 200).TotalMilliseconds);
        }

        return times;
    }

    private static void WriteManifests(Workshop workshop, string directory, int ingresses, int upstream)
    {
        workshop.WriteFile($"{directory}/backend.yaml", Manifests.Backend(upstream));
        workshop.WriteFile($"{directory}/localhost.yaml", Manifests.Ingress("localhost", PeerSetup.Host));
        for (var number = 0; number < ingresses; number++)
        {
            workshop.WriteFile($"{directory}/i{number}.yaml", Manifests.Ingress($"i{number}", PeerSetup.HostName(number)));
        }
    }
}
