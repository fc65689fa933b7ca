using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>What one loop keeps about one endpoint; outlives every routing table. Idle connections are taken last in, first out.</summary>
internal sealed class EndpointState(Endpoint endpoint, EndpointHealth health, int loop)
{
    /// <summary>The time after which an answer counts for 1/e in the average.</summary>
    private const double AverageOverMicroseconds = 10_000_000;

    private TlsSession? _session;
    private UpstreamTls? _sessionPolicy;
    private double _average;
    private long _averagedAt;

    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>Shared with the other loops.</summary>
    public EndpointHealth Health { get; } = health;

    /// <summary>Address and port, for log lines.</summary>
    public byte[] Text { get; } = Encoding.ASCII.GetBytes(endpoint.ToString());

    /// <summary>The same in every process, so that several of them send one key to one endpoint.</summary>
    public ulong Hash { get; } = StableHash.Of(Encoding.ASCII.GetBytes(endpoint.ToString()));

    public SocketAddress Address { get; } = new(endpoint.Address, endpoint.Port);

    public List<UpstreamConnection> Idle { get; } = [];

    /// <summary>Backends of this loop that hold the endpoint; at 0 its idle connections are of no use.</summary>
    public int Backends { get; set; }

    /// <summary>Keeps a session for the next connection. Never across policies: the session has vouched for one server name and one authority.</summary>
    public void KeepSession(UpstreamTls policy, TlsSession? session) => (_session, _sessionPolicy) = (session, policy);

    /// <summary>For one connection only: a ticket used twice would link the two for whoever listens (RFC 8446 §C.4).</summary>
    public TlsSession? TakeSession(UpstreamTls policy)
    {
        var session = ReferenceEquals(_sessionPolicy, policy) ? _session : null;
        _session = session is null ? _session : null;
        return session;
    }

    public void BeginRequest() => Health.Count(loop, 1);

    public void EndRequest() => Health.Count(loop, -1);

    /// <summary>An answer's head came after this long. A slower one than the average counts at once, a quicker one over time.</summary>
    public void Answered(long microseconds, long nowMicroseconds)
    {
        if (microseconds >= _average)
        {
            _average = microseconds;
        }
        else
        {
            var keep = Math.Exp(-(nowMicroseconds - _averagedAt) / AverageOverMicroseconds);
            _average = (_average * keep) + (microseconds * (1 - keep));
        }

        _averagedAt = nowMicroseconds;
    }

    /// <summary>The average as it has faded until now: an endpoint that nobody asks must not look slow for ever.</summary>
    public double Average(long nowMicroseconds) => _average * Math.Exp(-(nowMicroseconds - _averagedAt) / AverageOverMicroseconds);
}
