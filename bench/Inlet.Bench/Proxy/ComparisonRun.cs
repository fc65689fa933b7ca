using System.Globalization;
using Inlet.Bench.Machine;
using Inlet.Bench.Results;

namespace Inlet.Bench.Proxy;

/// <summary>Runs one comparison from start to result.</summary>
internal sealed class ComparisonRun(Workshop workshop, RunPlan plan)
{
    private readonly Dictionary<string, RunningPeer> _peers = [];

    public CaseResult Run(Comparison comparison)
    {
        try
        {
            var samples = new List<Sample>();
            plan.Lock.Hold(() =>
            {
                StartAll(comparison);
                WarmUp(comparison);
                for (var round = 0; round < plan.Rounds; round++)
                {
                    samples.AddRange(Round(comparison, round));
                }
            });
            return Result(comparison, samples);
        }
        finally
        {
            foreach (var peer in _peers.Values)
            {
                workshop.End(peer.Process);
            }

            _peers.Clear();
        }
    }

    private void StartAll(Comparison comparison)
    {
        foreach (var contender in comparison.Contenders)
        {
            Progress($"starting {contender.Label}");
            var peer = contender.Peer.Start(workshop, contender.Setup, contender.Label, contender.ProxyCores);
            _peers.Add(contender.Label, peer);
            // The last route: when it is there, all are.
            var host = contender.Setup.Routes.Any(static route => route.Host == PeerSetup.Host) ? PeerSetup.Host : contender.Setup.Routes[^1].Host;
            Probe.WaitFor(peer, host, comparison.ProbeTarget, comparison.ProbeBytes);
        }
    }

    private void WarmUp(Comparison comparison)
    {
        foreach (var contender in comparison.Contenders)
        {
            var time = contender.Peer.IsJitCompiled ? plan.JitWarmUp : plan.WarmUp;
            Progress($"warming up {contender.Label} for {time.TotalSeconds:F0} s");
            contender.Load.Run(workshop, _peers[contender.Label], contender.LoadCores, time.TotalSeconds);
            plan.Lock.Breathe();
        }
    }

    private List<Sample> Round(Comparison comparison, int round)
    {
        var samples = new List<Sample>();
        plan.Lock.Breathe();
        var count = comparison.Contenders.Count;
        for (var step = 0; step < count; step++)
        {
            var contender = comparison.Contenders[(step + round) % count];
            var sample = MeasureQuietly(comparison, contender, round);
            samples.Add(sample);
            Progress(string.Create(CultureInfo.InvariantCulture,
                $"round {round + 1}/{plan.Rounds} {sample.Row}: {sample.Value:F2} {comparison.Unit}, {sample.Requests / sample.Seconds:F0} requests/s"));
        }

        return samples;
    }

    private Sample MeasureQuietly(Comparison comparison, Contender contender, int round)
    {
        var best = Measure(comparison, contender, round);
        for (var tries = 1; best.Disturbance > plan.MaxDisturbance && tries < plan.MaxTries; tries++)
        {
            Progress(string.Create(CultureInfo.InvariantCulture, $"others used {best.Disturbance:P0} of a core: measuring {best.Row} again"));
            var again = Measure(comparison, contender, round);
            best = again.Disturbance < best.Disturbance ? again : best;
        }

        return best;
    }

    private Sample Measure(Comparison comparison, Contender contender, int round)
    {
        var peer = _peers[contender.Label];
        var loops = ProcessTree.ThreadCpuSeconds(peer.Process.Id, "inlet-loop-");
        var disturbance = new Disturbance();
        var cpu = ProcessTree.CpuSeconds(peer.Process.Id);
        var load = contender.Load.Run(workshop, peer, contender.LoadCores, plan.Seconds);
        cpu = ProcessTree.CpuSeconds(peer.Process.Id) - cpu;
        return new Sample
        {
            Row = contender.Label,
            Round = round,
            Value = comparison.Value(cpu, load),
            Requests = load.Requests,
            Seconds = load.Seconds,
            CpuSeconds = cpu,
            RssBytes = ProcessTree.RssBytes(peer.Process.Id),
            LatencyMicroseconds = load.LatencyMicroseconds,
            LoopSpread = SpreadOf([.. ProcessTree.ThreadCpuSeconds(peer.Process.Id, "inlet-loop-").Zip(loops, static (after, before) => after - before)]),
            Disturbance = disturbance.Share(),
        };
    }

    private static double? SpreadOf(double[] loops) => loops.Length < 2 ? null : (loops.Max() - loops.Min()) / loops.Average();

    private CaseResult Result(Comparison comparison, List<Sample> samples) => new()
    {
        Case = comparison.Name,
        Title = comparison.Title,
        Unit = comparison.Unit,
        Baseline = comparison.Baseline,
        Budgets = comparison.Budgets,
        Rows = comparison.Contenders.ToDictionary(static contender => contender.Label, contender => contender.Peer.Version(workshop)),
        Samples = samples,
        MeasuredAt = DateTimeOffset.UtcNow,
        Machine = HostFacts.Describe(),
        Notes = [.. comparison.Notes, .. plan.Notes],
    };

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
