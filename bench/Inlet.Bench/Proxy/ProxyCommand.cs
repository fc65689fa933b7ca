using System.CommandLine;
using Inlet.Bench.Machine;
using Inlet.Bench.Proxy.Cases;
using Inlet.Bench.Proxy.Peers;
using Inlet.Bench.Results;

namespace Inlet.Bench.Proxy;

/// <summary><c>bench/proxy</c> behind its installing and building.</summary>
internal static class ProxyCommand
{
    private static readonly string[] CaseNames =
        ["keepalive", "tls", "handshake-rsa", "handshake-ecdsa", "large", "two-loops", "hosts", "idle", "latency"];

    private static readonly string[] PeerNames = ["inlet", "nginx", "haproxy", "caddy", "yarp", "relay"];

    public static Command Create()
    {
        var cases = new Option<string>("--case") { Description = $"{string.Join(", ", CaseNames)} or all, separated by commas", DefaultValueFactory = static _ => "all" };
        var rounds = new Option<int?>("--rounds") { Description = "rounds of each case (7; 3 with --quick)" };
        var seconds = new Option<double?>("--seconds") { Description = "of load in one measurement (4; 2 with --quick)" };
        var peers = new Option<string>("--peers") { Description = "which proxies, separated by commas", DefaultValueFactory = static _ => string.Join(',', PeerNames) };
        var quick = new Option<bool>("--quick") { Description = "fewer and shorter rounds: for a look, not for a record" };
        var lockFile = new Option<string?>("--lock") { Description = "hold an exclusive flock on this file during each round" };
        var notes = new Option<string[]>("--note") { Description = "a line to keep with the results", DefaultValueFactory = static _ => [] };
        var results = new Option<string>("--results") { Description = "directory of the result files", DefaultValueFactory = static _ => Path.Combine("bench", "results") };
        var programs = new Option<string>("--programs") { Description = "directory of inlet, yarp, relay, backend, paced and idle", Required = true };
        var command = new Command("proxy", "CPU, memory and latency of Inlet as a proxy, beside nginx, HAProxy, Caddy, YARP and a relay in C")
        {
            cases, rounds, seconds, peers, quick, lockFile, notes, results, programs,
        };
        command.SetAction(parsed =>
        {
            var isQuick = parsed.GetValue(quick);
            var plan = new RunPlan
            {
                Rounds = parsed.GetValue(rounds) ?? (isQuick ? 3 : 7),
                Seconds = parsed.GetValue(seconds) ?? (isQuick ? 2 : 4),
                Lock = new RoundLock(parsed.GetValue(lockFile)),
                Notes = parsed.GetValue(notes)!,
            };
            return Run(
                Selected("--case", parsed.GetValue(cases)!, CaseNames), Selected("--peers", parsed.GetValue(peers)!, PeerNames),
                plan, parsed.GetValue(results)!, parsed.GetValue(programs)!);
        });
        return command;
    }

    private static string[] Selected(string option, string value, string[] known)
    {
        var names = value == "all" ? known : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.FirstOrDefault(name => !known.Contains(name)) is { } unknown
            ? throw new BenchException($"{option}: there is no {unknown}; there are {string.Join(", ", known)}")
            : names;
    }

    private static int Run(IReadOnlyList<string> caseNames, IReadOnlyList<string> peerNames, RunPlan plan, string results, string programs)
    {
        using var workshop = new Workshop();
        string Program(string name) => Path.GetFullPath(Path.Combine(programs, name));
        Peer[] all =
        [
            new InletPeer(Program("inlet")), new NginxPeer(), new HaproxyPeer(), new CaddyPeer(), new YarpPeer(Program("yarp")), new RelayPeer(Program("relay")),
        ];
        Peer[] peers = [.. all.Where(peer => peerNames.Contains(peer.Name))];
        var upstreamPort = Workshop.FreePort();
        workshop.Start("backend", "1", Program("backend"), Workshop.Text(upstreamPort));
        var cases = new ProxyCases(peers, kind => Certificates.Make(workshop, kind), upstreamPort);
        foreach (var name in caseNames)
        {
            Console.Error.WriteLine($"== {name}");
            var result = name switch
            {
                "idle" => new IdleCase(workshop, plan with { Rounds = Math.Min(plan.Rounds, 3) }, peers, cases.Standard(), Program("idle")).Run(),
                "latency" => LatencyCase.Run(workshop, plan, cases, Program("paced")),
                _ => new ComparisonRun(workshop, plan).Run(ComparisonOf(name, cases)),
            };
            ResultFiles.Write(results, result);
            Console.WriteLine(MarkdownReport.Write(result));
        }

        return 0;
    }

    private static Comparison ComparisonOf(string name, ProxyCases cases) => name switch
    {
        "keepalive" => cases.KeepAlive(),
        "tls" => cases.Tls(),
        "handshake-rsa" => cases.Handshake(KeyKind.Rsa2048),
        "handshake-ecdsa" => cases.Handshake(KeyKind.EcdsaP256),
        "large" => cases.Large(),
        "two-loops" => cases.TwoLoops(),
        _ => cases.Hosts(),
    };
}
