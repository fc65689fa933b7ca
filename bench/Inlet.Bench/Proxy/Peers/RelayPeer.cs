using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>The floor: a relay in C that copies bytes and understands none (<c>bench/peers/relay.c</c>).</summary>
internal sealed class RelayPeer(string program) : Peer
{
    public override string Name => "relay";

    public override bool CanCountLoops => false;

    public override bool CanServe(PeerSetup setup) => setup.Certificate is null;

    public override string Version(Workshop workshop) => "bench/peers/relay.c";

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var http = Workshop.FreePort();
        return new RunningPeer(workshop.Start(label, cores, program, Workshop.Text(http), Workshop.Text(setup.UpstreamPort)), http);
    }
}
