using Inlet.Bench.Machine;
using Inlet.Bench.Proxy.Load;
using Inlet.Bench.Results;

namespace Inlet.Bench.Proxy.Cases;

/// <summary>Latency at half of what the baseline can do: the same rate for everybody.</summary>
internal static class LatencyCase
{
    private const int Connections = 64;

    public static CaseResult Run(Workshop workshop, RunPlan plan, ProxyCases cases, string paced)
    {
        var saturation = Saturation(workshop, plan, cases);
        var rate = Math.Floor(saturation / 2);
        return new ComparisonRun(workshop, plan).Run(new Comparison
        {
            Name = "latency",
            Title = FormattableString.Invariant($"p99 at {rate:F0} requests/s, half of nginx's saturation, 64 connections"),
            Unit = "p99 µs",
            Value = Comparison.P99Microseconds,
            Baseline = "nginx",
            Contenders = cases.Each(cases.Standard(), new PacedLoad(paced, Connections, rate)),
            Budgets = [new("inlet", "nginx", 1.00)],
            Notes = ["latency counts from the moment a request was due"],
        });
    }

    private static double Saturation(Workshop workshop, RunPlan plan, ProxyCases cases)
    {
        var keepAlive = cases.KeepAlive();
        var nginx = keepAlive.Contenders.Where(static contender => contender.Label == "nginx").ToList();
        var result = new ComparisonRun(workshop, plan with { Rounds = 3 }).Run(keepAlive with { Contenders = nginx });
        return Spread.Of(result.Samples.Select(static sample => sample.Requests / sample.Seconds!.Value)).Median;
    }
}
