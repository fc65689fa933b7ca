using System.CommandLine;
using Inlet.Bench.Machine;
using Inlet.Bench.Results;

namespace Inlet.Bench.Local;

/// <summary><c>bench/local</c> behind its installing and building.</summary>
internal static class LocalCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "clusters started from nothing", DefaultValueFactory = static _ => 5 };
        var posts = new Option<int>("--posts") { Description = "Ingresses created in each round", DefaultValueFactory = static _ => 30 };
        var idle = new Option<double>("--idle-seconds") { Description = "over which idle CPU is taken", DefaultValueFactory = static _ => 30 };
        var pods = new Option<int>("--pods") { Description = "started at once, in one more cluster for each of --pod-rounds", DefaultValueFactory = static _ => 100 };
        var podRounds = new Option<int>("--pod-rounds") { Description = "clusters with many pods; 0 leaves them out", DefaultValueFactory = static _ => 1 };
        var lockFile = new Option<string?>("--lock") { Description = "hold an exclusive flock on this file during each round" };
        var notes = new Option<string[]>("--note") { Description = "a line to keep with the results", DefaultValueFactory = static _ => [] };
        var results = new Option<string>("--results") { Description = "directory of the result files", DefaultValueFactory = static _ => Path.Combine("bench", "results") };
        var inlet = new Option<string>("--inlet") { Description = "the program", Required = true };
        var command = new Command("local", "Start-up, first answer, a new Ingress in effect, and idle cost of inlet up") { rounds, posts, idle, pods, podRounds, lockFile, notes, results, inlet };
        command.SetAction(parsed =>
        {
            using var workshop = new Workshop();
            var turn = new RoundLock(parsed.GetValue(lockFile));
            var measured = new List<LocalRound>();
            for (var round = 0; round < parsed.GetValue(rounds); round++)
            {
                turn.Hold(() => measured.Add(LocalRound.Run(
                    workshop, Path.GetFullPath(parsed.GetValue(inlet)!), round, parsed.GetValue(posts), TimeSpan.FromSeconds(parsed.GetValue(idle)))));
            }

            var scaled = new List<PodScale>();
            for (var round = 0; round < parsed.GetValue(podRounds); round++)
            {
                turn.Hold(() => scaled.Add(PodScale.Run(
                    workshop, Path.GetFullPath(parsed.GetValue(inlet)!), round, parsed.GetValue(pods), TimeSpan.FromSeconds(parsed.GetValue(idle)))));
            }

            var table = Table(measured, scaled, parsed.GetValue(pods), parsed.GetValue(notes)!);
            var now = DateTimeOffset.UtcNow;
            table.Write(parsed.GetValue(results)!, now);
            Console.WriteLine(table.ToMarkdown(now));
            return 0;
        });
        return command;
    }

    private static FigureTable Table(List<LocalRound> rounds, List<PodScale> scaled, int pods, IReadOnlyList<string> notes) => new(
        "local", "a Kubernetes on one machine",
        [
            .. rounds.Count == 0 ? [] : Rounds(rounds),
            .. scaled.Count == 0 ? [] : Scale(scaled, pods),
        ],
        [.. rounds.Count == 0 ? (string[])[] : [$"others used {Spread.Of(Of(rounds, static round => round.Disturbance * 100)).ToText(0)} % of a core meanwhile"], .. notes]);

    private static Figure[] Scale(List<PodScale> scaled, int pods) =>
        [
            new($"{pods} pods of one process: `kubectl scale` → all ready", "s", Of(scaled, static scale => scale.Started.TotalSeconds), 10),
            new("CPU, idle with them, all processes of Inlet", "% of a core", Of(scaled, static scale => scale.IdleCpuShare * 100), 1.0),
            new("Inlet's memory for each of them (PSS)", "MiB", Of(scaled, static scale => scale.MebibytesPerPod), 1.0),
            new("rolling update of 50 HTTP servers under load: requests that failed", "", Of(scaled, static scale => (double)scale.FailedRequests), 0),
            new("of so many", "", Of(scaled, static scale => (double)scale.Requests)),
            new("and it took", "s", Of(scaled, static scale => scale.Rolled.TotalSeconds)),
        ];

    private static Figure[] Rounds(List<LocalRound> rounds) =>
        [
            new("`inlet up` on an empty data directory → first successful `kubectl get ns`", "s", Of(rounds, static round => round.FirstKubectl.TotalSeconds), 1.5),
            new("the same → the controller answers", "s", Of(rounds, static round => round.ControllerAnswers.TotalSeconds)),
            new("`kubectl apply` of Deployment, Service and Ingress → first 200", "s", Of(rounds, static round => round.FirstAnswer.TotalSeconds), 1.0),
            new("a new Ingress in effect after its POST returned, median of a round", "ms", Of(rounds, static round => Spread.Of(round.InEffect.Select(static time => time.TotalMilliseconds)).Median), 20),
            new("the slowest of a round", "ms", Of(rounds, static round => round.InEffect.Max(static time => time.TotalMilliseconds))),
            new("after that, until idle (JIT compilation done)", "s", Of(rounds, static round => round.Calm.TotalSeconds)),
            new("resident memory, idle, all processes of Inlet", "MiB", Of(rounds, static round => round.RssBytes / 1048576.0), 200),
            new("the same, shared pages counted once (PSS)", "MiB", Of(rounds, static round => round.PssBytes / 1048576.0)),
            new("CPU, idle, all processes of Inlet", "% of a core", Of(rounds, static round => round.IdleCpuShare * 100), 1.0),
            new("SIGTERM → everything stopped", "s", Of(rounds, static round => round.Stopped.TotalSeconds)),
        ];

    private static double[] Of<T>(List<T> rounds, Func<T, double> value) => [.. rounds.Select(value)];
}
