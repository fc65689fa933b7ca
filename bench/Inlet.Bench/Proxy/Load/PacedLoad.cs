using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Load;

/// <summary>Requests at a fixed rate, latency counted from when each was due (<c>bench/load/paced.c</c>).</summary>
internal sealed class PacedLoad(string program, int connections, double requestsPerSecond) : LoadGenerator
{
    public override LoadResult Run(Workshop workshop, RunningPeer peer, string cores, double seconds)
    {
        var output = workshop.Run("paced", cores, TimeSpan.FromSeconds(seconds + 30),
            program, Workshop.Text(peer.HttpPort), PeerSetup.Host, PeerSetup.SmallTarget, Workshop.Text(connections),
            requestsPerSecond.ToString("F0", CultureInfo.InvariantCulture), seconds.ToString("F0", CultureInfo.InvariantCulture));
        var answer = JsonNode.Parse(output)!.AsObject();
        string[] percentiles = ["p50", "p90", "p99", "p999", "max"];
        return new LoadResult((long)answer["requests"]!, 0, (double)answer["seconds"]!, percentiles.ToDictionary(static name => name, name => (double)answer[name]!));
    }
}
