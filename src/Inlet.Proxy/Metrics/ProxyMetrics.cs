using System.Globalization;

namespace Inlet.Proxy;

/// <summary>
/// Counters of all loops, added up when somebody asks. Nothing here is labelled by what a client sent: an attacker cannot
/// make the number of series grow.
/// </summary>
public sealed class ProxyMetrics
{
    private readonly LoopCounters[] _loops;
    private long _tablePublishes;
    private long _endpointPublishes;
    private double _lastPublishSeconds;

    internal ProxyMetrics(LoopCounters[] loops) => _loops = loops;

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

    public long UpstreamConnects => Sum(static counters => ref counters.UpstreamConnects);

    public long UpstreamConnectFailures => Sum(static counters => ref counters.UpstreamConnectFailures);

    public long UpstreamReplays => Sum(static counters => ref counters.UpstreamReplays);

    public long TlsHandshakes => Sum(static counters => ref counters.TlsHandshakes);

    public long LoopExceptions => Sum(static counters => ref counters.LoopExceptions);

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
        Head(writer, "inlet_requests_total", "counter", "Requests answered, by class of the status.");
        for (var statusClass = 1; statusClass < 6; statusClass++)
        {
            writer.Write(string.Create(CultureInfo.InvariantCulture,
                $"inlet_requests_total{{code=\"{statusClass}xx\"}} {RequestsOfClass(statusClass)}\n"));
        }

        Counter(writer, "inlet_connections_accepted_total", "Client connections accepted.", ConnectionsAccepted);
        Gauge(writer, "inlet_connections_open", "Client connections open now.", ConnectionsOpen);
        Gauge(writer, "inlet_tunnels_open", "Upgraded client connections (WebSocket) open now.", TunnelsOpen);
        Counter(writer, "inlet_received_bytes_total", "Bytes read from clients, after TLS.", Sum(static c => ref c.BytesReceived));
        Counter(writer, "inlet_sent_bytes_total", "Bytes written to clients, before TLS.", Sum(static c => ref c.BytesSent));
        Counter(writer, "inlet_tls_handshakes_total", "TLS handshakes completed.", TlsHandshakes);
        Counter(writer, "inlet_tls_handshake_failures_total", "TLS handshakes that failed.", Sum(static c => ref c.TlsHandshakeFailures));
        Counter(writer, "inlet_upstream_connects_total", "Connections opened to endpoints.", UpstreamConnects);
        Gauge(writer, "inlet_upstream_connections_open", "Connections to endpoints open now.", Sum(static c => ref c.UpstreamOpen));
        Counter(writer, "inlet_upstream_connect_failures_total", "Connects to endpoints refused or timed out.", UpstreamConnectFailures);
        Counter(writer, "inlet_upstream_failures_total", "Requests that an endpoint failed.", Sum(static c => ref c.UpstreamFailures));
        Counter(writer, "inlet_upstream_replays_total", "Requests sent again after a kept connection turned out closed.", UpstreamReplays);
        Counter(writer, "inlet_accept_failures_total", "Accepts that failed, e.g. for want of file descriptors.", Sum(static c => ref c.AcceptFailures));
        Counter(writer, "inlet_loop_exceptions_total", "Connections closed by an unexpected error of ours.", LoopExceptions);
        Counter(writer, "inlet_table_publishes_total", "Routing tables put in force.", TablePublishes);
        Counter(writer, "inlet_endpoint_publishes_total", "Endpoint sets put in force.", Volatile.Read(ref _endpointPublishes));
        Gauge(writer, "inlet_table_publish_seconds", "Time the last publish took.", Volatile.Read(ref _lastPublishSeconds));
    }

    internal void CountTablePublish(TimeSpan took)
    {
        Interlocked.Increment(ref _tablePublishes);
        Volatile.Write(ref _lastPublishSeconds, took.TotalSeconds);
    }

    internal void CountEndpointPublish() => Interlocked.Increment(ref _endpointPublishes);

    private delegate ref long CounterOf(LoopCounters counters);

    private long Sum(CounterOf counter)
    {
        long sum = 0;
        foreach (var loop in _loops)
        {
            sum += Volatile.Read(ref counter(loop));
        }

        return sum;
    }

    private static void Counter(TextWriter writer, string name, string help, long value) => Single(writer, name, "counter", help, value);

    private static void Gauge(TextWriter writer, string name, string help, double value) => Single(writer, name, "gauge", help, value);

    private static void Single(TextWriter writer, string name, string type, string help, double value)
    {
        Head(writer, name, type, help);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{name} {value}\n"));
    }

    private static void Head(TextWriter writer, string name, string type, string help) =>
        writer.Write($"# HELP {name} {help}\n# TYPE {name} {type}\n");
}
