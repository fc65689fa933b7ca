namespace Inlet.Bench.Proxy.Load;

/// <summary>What one run of a load generator saw.</summary>
/// <param name="Bytes">Received, heads included.</param>
/// <param name="LatencyMicroseconds">By percentile name, when the generator measures it.</param>
internal sealed record LoadResult(long Requests, long Bytes, double Seconds, IReadOnlyDictionary<string, double>? LatencyMicroseconds = null);

/// <summary>A bounded amount of traffic against one proxy.</summary>
internal abstract class LoadGenerator
{
    /// <param name="cores">As <c>taskset -c</c> takes them.</param>
    /// <exception cref="BenchException">A request failed: numbers of a proxy that answers errors mean nothing.</exception>
    public abstract LoadResult Run(Machine.Workshop workshop, RunningPeer peer, string cores, double seconds);
}
