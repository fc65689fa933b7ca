using System.Globalization;
using Inlet.Bench.Machine;
using Inlet.Bench.Proxy.Load;
using Inlet.Bench.Proxy.Peers;
using Inlet.Bench.Results;

namespace Inlet.Bench.Proxy.Cases;

/// <summary>What idle keep-alive connections cost in resident memory, above a proxy that has been busy before.</summary>
internal sealed class IdleCase(Workshop workshop, RunPlan plan, IReadOnlyList<Peer> peers, PeerSetup setup, string idle)
{
    private const int Connections = 10_000;
    private static readonly TimeSpan OpeningTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    public CaseResult Run()
    {
        var samples = new List<Sample>();
        plan.Lock.Hold(() =>
        {
            for (var round = 0; round < plan.Rounds; round++)
            {
                foreach (var peer in peers.Where(peer => peer.Name != "relay" && peer.CanServe(setup)))
                {
                    // Fresh each time: a proxy that keeps the memory of its last round would look free in the next.
                    samples.Add(Measure(peer, round));
                    plan.Lock.Breathe();
                }
            }
        });

        return new CaseResult
        {
            Case = "idle",
            Title = "10,000 idle keep-alive connections, resident memory over the base",
            Unit = "bytes per connection",
            Baseline = "nginx",
            Budgets = [],
            Rows = peers.Where(peer => samples.Exists(sample => sample.Row == peer.Name)).ToDictionary(static peer => peer.Name, peer => peer.Version(workshop)),
            Samples = samples,
            MeasuredAt = DateTimeOffset.UtcNow,
            Machine = HostFacts.Describe(),
            Notes = [BudgetLine(samples), .. plan.Notes],
        };
    }

    private Sample Measure(Peer peer, int round)
    {
        var running = peer.Start(workshop, setup, peer.Name, "0");
        try
        {
            Probe.WaitFor(running, PeerSetup.Host, PeerSetup.SmallTarget, 1024);
            var warmUp = peer.IsJitCompiled ? plan.JitWarmUp : plan.WarmUp;
            new WrkLoad { Connections = 64 }.Run(workshop, running, "1", warmUp.TotalSeconds);
            Thread.Sleep(Settling);
            var cpu = ProcessTree.CpuSeconds(running.Process.Id);
            var before = ProcessTree.RssBytes(running.Process.Id);
            var holder = workshop.Start("idle", "1", idle, Workshop.Text(running.HttpPort), PeerSetup.Host, PeerSetup.SmallTarget, Workshop.Text(Connections));
            WaitUntilOpen(holder);
            Thread.Sleep(Settling);
            var after = ProcessTree.RssBytes(running.Process.Id);
            workshop.End(holder);
            var value = (after - before) / (double)Connections;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}/{plan.Rounds} {peer.Name}: {value:F0} bytes per idle connection"));
            return new Sample
            {
                Row = peer.Name,
                Round = round,
                Value = value,
                Requests = Connections,
                CpuSeconds = ProcessTree.CpuSeconds(running.Process.Id) - cpu,
                RssBytes = after,
            };
        }
        finally
        {
            workshop.End(running.Process);
        }
    }

    private static void WaitUntilOpen(Child holder)
    {
        var deadline = Environment.TickCount64 + (long)OpeningTime.TotalMilliseconds;
        while (!holder.Log().Contains("ready", StringComparison.Ordinal))
        {
            if (holder.HasExited || Environment.TickCount64 > deadline)
            {
                throw new BenchException($"{Connections} idle connections could not be opened:\n{holder.LogTail()}");
            }

            Thread.Sleep(50);
        }
    }

    private static string BudgetLine(List<Sample> samples)
    {
        var total = Spread.Of(samples.Where(static sample => sample.Row == "inlet").Select(static sample => sample.Value * Connections / 1e6)).Median;
        return string.Create(CultureInfo.InvariantCulture,
            $"inlet: 10,000 connections cost {total:F1} MB over the base, budget ≤ 30 MB: {(total <= 30 ? "met" : "MISSED")}");
    }
}
