using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Load;

/// <summary>Requests at a fixed rate, latency counted from when each was due (<c>bench/load/paced.c</c>).</summary>
internal sealed class PacedLoad(string program, int connections, double requestsPerSecond) : LoadGenerator
{
    public override LoadResult Run(Workshop workshop, RunningPeer peer, string cores, double seconds) =>
        Finish(workshop, Start(workshop, peer.HttpPort, cores, seconds), seconds);

    public Child Start(Workshop workshop, int port, string cores, double seconds) => workshop.Start("paced", cores,
        program, Workshop.Text(port), PeerSetup.Host, PeerSetup.SmallTarget, Workshop.Text(connections),
        requestsPerSecond.ToString("F0", CultureInfo.InvariantCulture), seconds.ToString("F0", CultureInfo.InvariantCulture));

    public static LoadResult Finish(Workshop workshop, Child running, double seconds)
    {
        var answer = JsonNode.Parse(workshop.Finish(running, TimeSpan.FromSeconds(seconds + 30)))!.AsObject();
        string[] percentiles = ["p50", "p90", "p99", "p999", "max"];
        return new LoadResult((long)answer["requests"]!, 0, (double)answer["seconds"]!, percentiles.ToDictionary(static name => name, name => (double)answer[name]!));
    }
}
