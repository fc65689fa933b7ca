using System.Globalization;
using System.Text.RegularExpressions;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Load;

/// <summary>ab without keep-alive over TLS 1.3: a full handshake for every request.</summary>
internal sealed partial class AbLoad : LoadGenerator
{
    private const int Connections = 16;

    public override LoadResult Run(Workshop workshop, RunningPeer peer, string cores, double seconds)
    {
        var output = workshop.Run("ab", cores, TimeSpan.FromSeconds(seconds + 30),
            "ab", "-q", "-t", Workshop.Text((int)Math.Ceiling(seconds)), "-n", "1000000", "-c", Workshop.Text(Connections), "-f", "TLS1.3",
            "-H", $"Host: {PeerSetup.Host}", $"https://{PeerSetup.Host}:{peer.HttpsPort}{PeerSetup.SmallTarget}");
        if (Number(Failed(), output) != 0 || Refused().IsMatch(output))
        {
            throw new BenchException($"{peer.Process.Name} failed requests:\n{output}");
        }

        return new LoadResult((long)Number(Complete(), output), (long)Number(Received(), output), Number(Time(), output));
    }

    private static double Number(Regex line, string output) => line.Match(output) is { Success: true } match
        ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
        : throw new BenchException($"ab printed no line like {line}:\n{output}");

    [GeneratedRegex(@"Complete requests:\s+(\d+)")]
    private static partial Regex Complete();

    [GeneratedRegex(@"Failed requests:\s+(\d+)")]
    private static partial Regex Failed();

    [GeneratedRegex(@"Non-2xx responses:")]
    private static partial Regex Refused();

    [GeneratedRegex(@"Total transferred:\s+(\d+)")]
    private static partial Regex Received();

    [GeneratedRegex(@"Time taken for tests:\s+([\d.]+)")]
    private static partial Regex Time();
}
