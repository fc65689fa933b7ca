using System.Net;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>What the data plane needs to know before it starts. Everything else arrives by publishing.</summary>
public sealed record ProxyOptions
{
    /// <summary>IPv4 or IPv6. <c>::</c> takes IPv4 clients too.</summary>
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>0 picks a free port; -1 opens no plain HTTP listener.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>0 picks a free port; -1 opens no HTTPS listener.</summary>
    public int HttpsPort { get; init; } = -1;

    /// <summary>TLS session tickets, with keys that change every six hours. Never for hosts that ask for client certificates.</summary>
    public bool SessionTickets { get; init; }

    /// <summary>Event loops, each with its own thread and listeners; at least 1.</summary>
    public int Loops { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Lets another process listen on the same ports (a successor during a restart). Off by default: SO_REUSEPORT would
    /// otherwise let two unrelated proxies share a port without anyone noticing.
    /// </summary>
    public bool SharePorts { get; init; }

    /// <summary>
    /// The port clients see for HTTPS, written into redirects unless <see cref="ProxyServer.PublishRedirectPorts"/> knows a
    /// better one; 443 is left out of the URL.
    /// </summary>
    public int RedirectHttpsPort { get; init; } = 443;

    /// <summary>
    /// Peers whose X-Forwarded-*, X-Real-IP, X-Request-ID and Forwarded are believed; from all others they are overwritten. The
    /// client is the last address of X-Forwarded-For that is not one of these.
    /// </summary>
    public EquatableArray<IPNetwork> TrustedPeers { get; init; }

    /// <summary>
    /// How many proxies stand between us and clients, 0 … 100: the client is that many addresses from the end of a trusted peer's
    /// X-Forwarded-For, whoever these are. 0 goes by <see cref="TrustedPeers"/> instead. For proxies whose addresses nobody knows.
    /// </summary>
    public int TrustedHops { get; init; }

    /// <summary>
    /// Connections from <see cref="TrustedPeers"/> begin with a PROXY protocol header, version 1 or 2; one that does not is
    /// closed. From all others the header is no HTTP and is refused. What the peer's own client sends is believed only when that
    /// client is a trusted peer too.
    /// </summary>
    public bool ProxyProtocol { get; init; }

    /// <summary>
    /// Addresses that URLs in policies may lead to although they are this machine's own, link-local, or in
    /// <see cref="ForbiddenServiceNetworks"/>.
    /// </summary>
    public EquatableArray<IPNetwork> AllowedServiceNetworks { get; init; }

    /// <summary>Addresses that no URL in a policy may lead to, such as the API server's.</summary>
    public EquatableArray<IPNetwork> ForbiddenServiceNetworks { get; init; }

    /// <summary>
    /// Endpoints get the request's target byte for byte unless a route rewrites it; else its path in canonical form, which is what
    /// was matched in both cases.
    /// </summary>
    public bool ForwardTargetAsSent { get; init; }

    /// <summary>Also sends a Forwarded field (RFC 7239) to endpoints.</summary>
    public bool SendForwarded { get; init; }

    /// <summary>From the first byte of a request (or the TLS handshake's start) to the end of its head; then 408.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client connection may wait between requests; then it is closed without an answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// How long a client may send nothing of a request's body (then 408), or take nothing of a response (then it is cut off, at
    /// the latest after twice this time).
    /// </summary>
    public TimeSpan ClientTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Bytes a second that a client must send of a request's body or take of a response while nothing else is waited for, 0 …
    /// 1,000,000. Whoever is faster than this may pause, but never longer than <see cref="ClientTimeout"/>; whoever is slower
    /// for that long is treated as silent. 0 asks for no rate: then a byte per <see cref="ClientTimeout"/> holds a connection.
    /// </summary>
    public int MinClientRate { get; init; } = 240;

    /// <summary>
    /// Client connections open at once, over all loops; at least 1. At the limit new ones wait in the kernel's queue, idle ones
    /// are closed and answers end their connections. Null takes three quarters of the process' file descriptors: the others are
    /// for endpoints.
    /// </summary>
    public int? MaxConnections { get; init; }

    /// <summary>
    /// Connections open at once from one client address (one /64 of IPv6), at least 1; more are closed at once. Trusted peers are
    /// not counted, but whom their PROXY protocol header names is. Null sets no limit: behind a load balancer that hides
    /// addresses all clients are one.
    /// </summary>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <summary>For one TCP connect to an endpoint; then the next endpoint is tried.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two reads of a response; 504 when nothing of it reached the client yet.</summary>
    public TimeSpan UpstreamReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two writes of a request to its endpoint; then 504.</summary>
    public TimeSpan UpstreamSendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a drain waits for a client connection's next request, which is answered with <c>Connection: close</c>: a
    /// connection closed at once could meet a request that is already on its way. Also how long, with
    /// <see cref="SharePorts"/>, connections that were being opened are still accepted.
    /// </summary>
    public TimeSpan DrainIdleTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an idle upstream connection is kept for the next request.</summary>
    public TimeSpan UpstreamIdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Silence in both directions that ends an upgraded connection (WebSocket).</summary>
    public TimeSpan TunnelIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Request line and header fields together, 1 KiB … 48 KiB; larger is 431.</summary>
    public int MaxRequestHeadBytes { get; init; } = 32 * 1024;

    /// <summary>The request line alone; longer is 414.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 * 1024;

    /// <summary>Larger request bodies are 413; null sets no limit (bodies are streamed, never stored).</summary>
    public long? MaxRequestBodyBytes { get; init; }

    /// <summary>Status line and header fields of a response, 1 KiB … 48 KiB; larger is 502.</summary>
    public int MaxResponseHeadBytes { get; init; } = 32 * 1024;

    /// <summary>Requests a client connection carries before it is closed politely; at least 1.</summary>
    public int MaxRequestsPerConnection { get; init; } = 1000;

    /// <summary>Requests an upstream connection carries before it is closed; at least 1.</summary>
    public int MaxRequestsPerUpstreamConnection { get; init; } = 10_000;

    /// <summary>An upstream connection older than this carries no further request: load moves on to new endpoints.</summary>
    public TimeSpan UpstreamConnectionLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Idle connections kept per loop and endpoint.</summary>
    public int MaxIdleUpstreamConnections { get; init; } = 320;

    /// <summary>Null writes no access log.</summary>
    public AccessLogOptions? AccessLog { get; init; }

    /// <summary>Null traces nothing: clients' <c>traceparent</c> and <c>tracestate</c> pass as they are.</summary>
    public TracingOptions? Tracing { get; init; }

    /// <summary>
    /// Requests are also counted by host, as configured and never as sent: a wildcard is one label, unknown hosts are the empty
    /// one. Off for tables of very many hosts.
    /// </summary>
    public bool MetricsPerHost { get; init; } = true;

    /// <summary>The <c>Server</c> header of answers of our own (relayed answers keep the upstream's); null sends none.</summary>
    public string? ServerHeader { get; init; } = "inlet";

    internal ProxyOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Loops, 1, nameof(Loops));
        CheckPort(HttpPort, nameof(HttpPort));
        CheckPort(HttpsPort, nameof(HttpsPort));
        CheckRange(RedirectHttpsPort, 1, 65535, nameof(RedirectHttpsPort));
        CheckRange(MaxRequestHeadBytes, 1024, 48 * 1024, nameof(MaxRequestHeadBytes));
        CheckRange(MaxResponseHeadBytes, 1024, 48 * 1024, nameof(MaxResponseHeadBytes));
        CheckRange(MaxRequestLineBytes, 64, MaxRequestHeadBytes, nameof(MaxRequestLineBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestsPerConnection, 1, nameof(MaxRequestsPerConnection));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestsPerUpstreamConnection, 1, nameof(MaxRequestsPerUpstreamConnection));
        if (Tracing is { SampleRate: not (>= 0 and <= 1) })
        {
            throw new ArgumentOutOfRangeException(nameof(Tracing), Tracing.SampleRate, "The sample rate must lie in 0 … 1.");
        }

        CheckRange(TrustedHops, 0, 100, nameof(TrustedHops));
        CheckRange(MinClientRate, 0, 1_000_000, nameof(MinClientRate));
        CheckRange(MaxConnections ?? 1, 1, int.MaxValue, nameof(MaxConnections));
        CheckRange(MaxConnectionsPerAddress ?? 1, 1, int.MaxValue, nameof(MaxConnectionsPerAddress));
        CheckRange(AccessLog?.BufferBytes ?? 65536, 65536, 256 << 20, nameof(AccessLog));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIdleUpstreamConnections, nameof(MaxIdleUpstreamConnections));
        return this;
    }

    private static void CheckPort(int port, string name) => CheckRange(port, -1, 65535, name);

    internal static void CheckRange(int value, int low, int high, string name)
    {
        if (value < low || value > high)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must lie in {low} … {high}.");
        }
    }
}
