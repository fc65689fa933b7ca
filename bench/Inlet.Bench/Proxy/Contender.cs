using Inlet.Bench.Proxy.Load;
using Inlet.Bench.Proxy.Peers;

namespace Inlet.Bench.Proxy;

/// <summary>One row of a comparison: a proxy, what it serves, the traffic it gets, and the cores of both.</summary>
/// <param name="ProxyCores">As <c>taskset -c</c> takes them.</param>
/// <param name="LoadCores">Of the load generator; the upstream has the last core in every case.</param>
internal sealed record Contender(string Label, Peer Peer, PeerSetup Setup, LoadGenerator Load, string ProxyCores = "0", string LoadCores = "1");
