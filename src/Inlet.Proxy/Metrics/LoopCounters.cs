namespace Inlet.Proxy;

/// <summary>
/// What one loop counts. Only that loop's thread writes, with plain additions; a scrape reads from another thread and may
/// see a value a moment old, never a torn one (64-bit writes are atomic here).
/// </summary>
internal sealed class LoopCounters
{
    /// <summary>Answers sent to clients by the first digit of their status; index 0 is unused.</summary>
    public readonly long[] RequestsByClass = new long[6];

    public readonly DurationHistogram UpstreamDuration = new();

    private volatile HostCounters?[] _hosts = new HostCounters?[16];

    public long ConnectionsAccepted;
    public long ConnectionsOpen;
    public long ConnectionsTls;
    public long TunnelsOpen;
    public long BytesReceived;
    public long BytesSent;
    public long TlsHandshakes;
    public long TlsHandshakeFailures;
    public long UpstreamConnects;
    public long UpstreamConnectFailures;
    public long UpstreamFailures;
    public long UpstreamReplays;
    public long UpstreamHandshakes;
    public long UpstreamResumptions;
    public long UpstreamOpen;
    public long LoopExceptions;
    public long AcceptFailures;
    public long AcceptPauses;
    public long ConnectionsRefused;
    public long SlowClients;
    public long ClientAborts;
    public long Ejections;
    public long PreamblesRefused;
    public long Retries;
    public long RetriesOverBudget;

    /// <summary>By host number; an element is null until the host's first request on this loop.</summary>
    public HostCounters?[] Hosts => _hosts;

    public HostCounters Host(int number)
    {
        var hosts = _hosts;
        if (number >= hosts.Length)
        {
            Array.Resize(ref hosts, Math.Max(number + 1, hosts.Length * 2));
            _hosts = hosts;
        }

        return hosts[number] ??= new HostCounters();
    }
}
