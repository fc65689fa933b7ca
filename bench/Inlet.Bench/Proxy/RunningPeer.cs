using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy;

/// <summary>A started proxy and where it listens; -1 means not at all.</summary>
internal sealed record RunningPeer(Child Process, int HttpPort, int HttpsPort = -1, int AdminPort = -1);
