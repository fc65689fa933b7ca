namespace Inlet.Bench.Proxy;

/// <summary>Where <c>bench/proxy</c> put what it built.</summary>
internal sealed record Tools(string Inlet, string Yarp, string Relay, string Backend, string Paced, string Idle);
