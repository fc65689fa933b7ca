using System.Collections.Frozen;
using Inlet.Http;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>What a request reads once at its start and keeps.</summary>
internal sealed record PublishedState(RoutingTable Table, CertificateSet Certificates, UpstreamTlsSet UpstreamTls)
{
    /// <summary>Null: all TLS is ended here.</summary>
    public PassthroughSet? Passthrough { get; init; }
}

/// <summary>All that loops share: immutable values behind one volatile reference, and the endpoints' own lane.</summary>
internal sealed class ProxyShared(ProxyOptions options, PublishedState initial, TimeProvider time)
{
    private volatile PublishedState _published = initial;
    private volatile FrozenDictionary<int, int> _redirectPorts = FrozenDictionary<int, int>.Empty;

    public ProxyOptions Options { get; } = options;

    public TimeProvider Time { get; } = time;

    public AddressRanges TrustedPeers { get; } = new(options.TrustedPeers);

    public EndpointSets Endpoints { get; } = new();

    public ConnectionLimits Limits { get; } = new(options);

    public EndpointHealths Healths { get; } = new(options.Loops);

    public ServiceAddresses Services { get; } = new(options);

    private readonly Lazy<LimitTables> _limits = new();

    public LimitTables RequestLimits => _limits.Value;

    public PasswordChecks PasswordChecks { get; } = new();

    /// <summary>Null while the access log is off.</summary>
    public AccessLogWriter? LogWriter { get; set; }

    public TlsContext? Tls { get; set; }

    /// <summary>The HTTPS port that belongs to an HTTP port, as clients see both.</summary>
    public FrozenDictionary<int, int> RedirectPorts
    {
        get => _redirectPorts;
        set => _redirectPorts = value;
    }

    public PublishedState Published
    {
        get => _published;
        set => _published = value;
    }

    /// <summary>Called with each request's path; lets a test throw inside a loop. Null in the product.</summary>
    internal Action<ReadOnlySpan<byte>>? RequestProbe { get; set; }
}
