using System.Globalization;
using System.Text.RegularExpressions;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Load;

/// <summary>wrk: keep-alive connections that each send the next request as soon as the last is answered.</summary>
internal sealed partial class WrkLoad : LoadGenerator
{
    public required int Connections { get; init; }

    public string Target { get; init; } = PeerSetup.SmallTarget;

    public bool Tls { get; init; }

    /// <summary>When set, requests go round this many hosts of <see cref="PeerSetup.HostName"/> in a scattered order.</summary>
    public int? Hosts { get; init; }

    public override LoadResult Run(Workshop workshop, RunningPeer peer, string cores, double seconds)
    {
        var port = Tls ? peer.HttpsPort : peer.HttpPort;
        List<string> command = ["wrk", "-t1", $"-c{Connections}", $"-d{(int)Math.Ceiling(seconds)}s", "--timeout", "20s"];
        command.AddRange(Hosts is { } hosts ? ["-s", Script(workshop, hosts)] : ["-H", $"Host: {PeerSetup.Host}"]);
        command.Add($"{(Tls ? "https" : "http")}://{PeerSetup.Host}:{port}{Target}");
        return Read(peer.Process.Name, workshop.Run("wrk", cores, TimeSpan.FromSeconds(seconds + 30), command));
    }

    private static string Script(Workshop workshop, int hosts) => workshop.WriteFile($"hosts-{hosts}.lua",
        $$"""
        local requests, count, at = {}, {{hosts}}, 0
        for i = 0, count - 1 do
            requests[i] = string.format("GET {{PeerSetup.SmallTarget}} HTTP/1.1\r\nHost: h%06d.bench.test\r\n\r\n", i)
        end
        function request()
            -- 7919 is prime and divides none of the counts: every host comes once in a round, and no two neighbours together.
            at = (at + 7919) % count
            return requests[at]
        end

        """);

    private static LoadResult Read(string peer, string output)
    {
        var summary = Summary().Match(output);
        if (!summary.Success)
        {
            throw new BenchException($"wrk said nothing of {peer}:\n{output}");
        }

        var failures = Failures().Match(output);
        if (failures.Success)
        {
            throw new BenchException($"{peer} failed requests: {failures.Value.Trim()}");
        }

        var unit = summary.Groups["unit"].Value switch { "KB" => 1L << 10, "MB" => 1L << 20, "GB" => 1L << 30, _ => 1L };
        return new LoadResult(
            long.Parse(summary.Groups["requests"].ValueSpan, CultureInfo.InvariantCulture),
            (long)(double.Parse(summary.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture) * unit),
            double.Parse(summary.Groups["time"].ValueSpan, CultureInfo.InvariantCulture) * (summary.Groups["timeUnit"].Value == "m" ? 60 : 1));
    }

    [GeneratedRegex(@"(?<requests>\d+) requests in (?<time>[\d.]+)(?<timeUnit>s|m), (?<bytes>[\d.]+)(?<unit>B|KB|MB|GB) read")]
    private static partial Regex Summary();

    [GeneratedRegex(@"(Socket errors|Non-2xx or 3xx responses):.*")]
    private static partial Regex Failures();
}
