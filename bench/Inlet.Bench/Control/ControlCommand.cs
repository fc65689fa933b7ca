using System.CommandLine;
using System.Globalization;
using Inlet.Bench.Machine;
using Inlet.Bench.Results;

namespace Inlet.Bench.Control;

/// <summary><c>bench/control</c> behind its building.</summary>
internal static class ControlCommand
{
    public static Command Create()
    {
        var counts = new Option<string>("--ingresses") { Description = "how many there are, separated by commas", DefaultValueFactory = static _ => "1000,5000" };
        var changes = new Option<int>("--changes") { Description = "Ingresses created while requests run", DefaultValueFactory = static _ => 100 };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = static _ => 3 };
        var lockFile = new Option<string?>("--lock") { Description = "hold an exclusive flock on this file during each round" };
        var notes = new Option<string[]>("--note") { Description = "a line to keep with the results", DefaultValueFactory = static _ => [] };
        var results = new Option<string>("--results") { Description = "directory of the result files", DefaultValueFactory = static _ => Path.Combine("bench", "results") };
        var programs = new Option<string>("--programs") { Description = "directory of inlet, backend and paced", Required = true };
        var command = new Command("control", "Thousands of Ingresses: loading, one more in force while requests run, memory")
        {
            counts, changes, rounds, lockFile, notes, results, programs,
        };
        command.SetAction(parsed =>
        {
            using var workshop = new Workshop();
            var turn = new RoundLock(parsed.GetValue(lockFile));
            var figures = new List<Figure>();
            foreach (var count in parsed.GetValue(counts)!.Split(',').Select(static text => int.Parse(text, CultureInfo.InvariantCulture)))
            {
                var measured = new List<ControlRound>();
                for (var round = 0; round < parsed.GetValue(rounds); round++)
                {
                    turn.Hold(() => measured.Add(ControlRound.Run(workshop, Path.GetFullPath(parsed.GetValue(programs)!), count, parsed.GetValue(changes), round)));
                }

                figures.AddRange(Figures(count, measured));
            }

            var table = new FigureTable("control", "the control plane, from files, one Ingress each", figures,
                ["no request failed: the first that is not answered 200 ends the measurement", "the controller has one core, for its loop and everything else", .. parsed.GetValue(notes)!]);
            var now = DateTimeOffset.UtcNow;
            table.Write(parsed.GetValue(results)!, now);
            Console.WriteLine(table.ToMarkdown(now));
            return 0;
        });
        return command;
    }

    private static IEnumerable<Figure> Figures(int count, List<ControlRound> rounds)
    {
        string Name(string text) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} Ingresses: {text}");
        Figure Figure(string text, string unit, Func<ControlRound, double> value) => new(Name(text), unit, [.. rounds.Select(value)]);
        yield return Figure("start → first full table in force", "s", static round => round.Load.TotalSeconds);
        yield return Figure("resident memory then", "MiB", static round => round.RssBytes / 1048576.0);
        yield return Figure("one more, file renamed into place → 200, median of a round", "ms", static round => Spread.Of(round.InForceMilliseconds).Median);
        yield return Figure("the same, 99th percentile of a round", "ms", static round => Percentile99(round.InForceMilliseconds));
        yield return Figure("p99 of requests at 1,000/s meanwhile", "µs", static round => round.RequestP99Microseconds);
        yield return Figure("CPU of the controller meanwhile", "% of a core", static round => round.CpuShare * 100);
    }

    private static double Percentile99(IReadOnlyList<double> values) => values.Order().ElementAt((int)((values.Count - 1) * 0.99));
}
