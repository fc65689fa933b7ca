using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// Counters of all loops, added up when somebody asks. Nothing here is labelled by what a client sent: an attacker cannot
/// make the number of series grow.
/// </summary>
public sealed class ProxyMetrics
{
    private readonly LoopCounters[] _loops;
    private readonly NumberRegistry<string> _hosts;
    private readonly Func<AccessLogWriter?> _accessLog;
    private readonly Func<CertificateSet> _certificates;
    private long _tablePublishes;
    private long _endpointPublishes;
    private double _lastPublishSeconds;

    internal ProxyMetrics(
        LoopCounters[] loops, NumberRegistry<string> hosts, Func<AccessLogWriter?> accessLog, Func<CertificateSet> certificates)
    {
        _loops = loops;
        _hosts = hosts;
        _accessLog = accessLog;
        _certificates = certificates;
    }

    /// <summary>Answered requests, whatever the answer.</summary>
    public long Requests
    {
        get
        {
            long sum = 0;
            for (var statusClass = 1; statusClass < 6; statusClass++)
            {
                sum += RequestsOfClass(statusClass);
            }

            return sum;
        }
    }

    public long TablePublishes => Volatile.Read(ref _tablePublishes);

    public long ConnectionsOpen => Sum(static counters => ref counters.ConnectionsOpen);

    /// <summary>Upgraded connections (WebSocket) open now.</summary>
    public long TunnelsOpen => Sum(static counters => ref counters.TunnelsOpen);

    public long ConnectionsAccepted => Sum(static counters => ref counters.ConnectionsAccepted);

    /// <summary>Connections closed at once because their address had as many as it may.</summary>
    public long ConnectionsRefused => Sum(static counters => ref counters.ConnectionsRefused);

    /// <summary>Times new connections had to wait because as many were open as may be.</summary>
    public long AcceptPauses => Sum(static counters => ref counters.AcceptPauses);

    /// <summary>Clients given up because they sent or took too little.</summary>
    public long SlowClients => Sum(static counters => ref counters.SlowClients);

    public long UpstreamConnects => Sum(static counters => ref counters.UpstreamConnects);

    public long UpstreamConnectFailures => Sum(static counters => ref counters.UpstreamConnectFailures);

    public long UpstreamReplays => Sum(static counters => ref counters.UpstreamReplays);

    /// <summary>TLS handshakes with endpoints that took up a session again.</summary>
    public long UpstreamResumptions => Sum(static counters => ref counters.UpstreamResumptions);

    public long TlsHandshakes => Sum(static counters => ref counters.TlsHandshakes);

    public long LoopExceptions => Sum(static counters => ref counters.LoopExceptions);

    /// <summary>Requests whose client closed before it had an answer.</summary>
    public long ClientAborts => Sum(static counters => ref counters.ClientAborts);

    /// <summary>Requests sent again to another endpoint after one had failed them.</summary>
    public long Retries => Sum(static counters => ref counters.Retries);

    /// <summary>Times an endpoint was left out for failing.</summary>
    public long Ejections => Sum(static counters => ref counters.Ejections);

    /// <summary>Lines that the access log had no room for.</summary>
    public long AccessLogDropped => _accessLog()?.Dropped ?? 0;

    /// <param name="statusClass">1 … 5, the first digit of the status.</param>
    public long RequestsOfClass(int statusClass)
    {
        long sum = 0;
        foreach (var loop in _loops)
        {
            sum += Volatile.Read(ref loop.RequestsByClass[statusClass]);
        }

        return sum;
    }

    /// <summary>Writes the Prometheus text format, version 0.0.4.</summary>
    public void WritePrometheus(TextWriter writer)
    {
        var text = new PrometheusText(writer);
        WriteRequests(text);
        HostMetrics.Write(text, _loops, _hosts);
        WriteConnections(text);
        WriteUpstreams(text);
        WriteProcess(text);
    }

    internal void CountTablePublish(TimeSpan took)
    {
        Interlocked.Increment(ref _tablePublishes);
        Volatile.Write(ref _lastPublishSeconds, took.TotalSeconds);
    }

    internal void CountEndpointPublish() => Interlocked.Increment(ref _endpointPublishes);

    private delegate ref long CounterOf(LoopCounters counters);

    private void WriteRequests(PrometheusText text)
    {
        text.Head("inlet_requests_total", "counter", "Requests answered, by class of the status.");
        for (var statusClass = 1; statusClass < 6; statusClass++)
        {
            text.Sample("inlet_requests_total", $"code=\"{statusClass}xx\"", RequestsOfClass(statusClass));
        }

        text.Counter("inlet_client_aborts_total", "Requests whose client closed before it had an answer.", ClientAborts);
    }

    private void WriteConnections(PrometheusText text)
    {
        text.Counter("inlet_connections_accepted_total", "Client connections accepted.", ConnectionsAccepted);
        text.Gauge("inlet_connections_open", "Client connections open now.", ConnectionsOpen);
        text.Head("inlet_loop_connections_open", "gauge", "Client connections open now, by event loop.");
        for (var index = 0; index < _loops.Length; index++)
        {
            text.Sample("inlet_loop_connections_open", $"loop=\"{index}\"", Volatile.Read(ref _loops[index].ConnectionsOpen));
        }

        text.Counter("inlet_connections_refused_total", "Connections closed at once because their address had as many as it may.", ConnectionsRefused);
        text.Counter("inlet_accept_pauses_total", "Times new connections had to wait because as many were open as may be.", AcceptPauses);
        text.Counter("inlet_slow_clients_total", "Clients given up because they sent or took too little.", SlowClients);
        text.Gauge("inlet_tunnels_open", "Upgraded client connections (WebSocket) open now.", TunnelsOpen);
        text.Counter("inlet_received_bytes_total", "Bytes read from clients, after TLS.", Sum(static c => ref c.BytesReceived));
        text.Counter("inlet_sent_bytes_total", "Bytes written to clients, before TLS.", Sum(static c => ref c.BytesSent));
        text.Counter("inlet_accept_failures_total", "Accepts that failed, e.g. for want of file descriptors.", Sum(static c => ref c.AcceptFailures));
        text.Counter("inlet_proxy_headers_refused_total", "Connections of trusted peers without a good PROXY protocol header.", Sum(static c => ref c.PreamblesRefused));
        text.Counter("inlet_tls_handshakes_total", "TLS handshakes completed.", TlsHandshakes);
        text.Counter("inlet_tls_handshake_failures_total", "TLS handshakes that failed.", Sum(static c => ref c.TlsHandshakeFailures));
        text.Head("inlet_certificate_expiry_timestamp_seconds", "gauge", "When a host's certificate expires, in Unix time.");
        foreach (var (host, expiry) in _certificates().Expiries())
        {
            text.Sample("inlet_certificate_expiry_timestamp_seconds", PrometheusText.Label("host", host), expiry.ToUnixTimeSeconds());
        }
    }

    private void WriteUpstreams(PrometheusText text)
    {
        text.Counter("inlet_upstream_connects_total", "Connections opened to endpoints.", UpstreamConnects);
        text.Gauge("inlet_upstream_connections_open", "Connections to endpoints open now.", Sum(static c => ref c.UpstreamOpen));
        text.Counter("inlet_upstream_connect_failures_total", "Connects to endpoints refused or timed out.", UpstreamConnectFailures);
        text.Counter("inlet_upstream_tls_handshakes_total", "TLS handshakes with endpoints.", Sum(static c => ref c.UpstreamHandshakes));
        text.Counter("inlet_upstream_tls_resumptions_total", "TLS handshakes with endpoints that took up a session again.", UpstreamResumptions);
        text.Counter("inlet_upstream_failures_total", "Requests that an endpoint failed.", Sum(static c => ref c.UpstreamFailures));
        text.Counter("inlet_upstream_replays_total", "Requests sent again after a kept connection turned out closed.", UpstreamReplays);
        text.Counter("inlet_retries_total", "Requests sent again to another endpoint after one had failed them.", Retries);
        text.Counter("inlet_retries_over_budget_total", "Requests not sent again because too many were.", Sum(static c => ref c.RetriesOverBudget));
        text.Counter("inlet_endpoint_ejections_total", "Times an endpoint was left out for failing.", Ejections);
        text.Head("inlet_upstream_duration_seconds", "histogram", "From a request's sending to the head of its endpoint's answer.");
        var counts = new long[DurationHistogram.BoundsSeconds.Length + 1];
        text.Histogram("inlet_upstream_duration_seconds", "", counts, HostMetrics.Add(_loops, static loop => loop.UpstreamDuration, counts));
    }

    private void WriteProcess(PrometheusText text)
    {
        text.Counter("inlet_loop_exceptions_total", "Connections closed by an unexpected error of ours.", LoopExceptions);
        text.Counter("inlet_table_publishes_total", "Routing tables put in force.", TablePublishes);
        text.Counter("inlet_endpoint_publishes_total", "Endpoint sets put in force.", Volatile.Read(ref _endpointPublishes));
        text.Gauge("inlet_table_publish_seconds", "Time the last publish took.", Volatile.Read(ref _lastPublishSeconds));
        text.Counter("inlet_access_log_dropped_total", "Lines the access log had no room for.", AccessLogDropped);
        text.Counter("inlet_access_log_failures_total", "Writes of the access log that failed.", _accessLog()?.Failures ?? 0);
    }

    private long Sum(CounterOf counter)
    {
        long sum = 0;
        foreach (var loop in _loops)
        {
            sum += Volatile.Read(ref counter(loop));
        }

        return sum;
    }
}
