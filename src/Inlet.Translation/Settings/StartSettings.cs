using System.Net;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What a ConfigMap says about the whole data plane, which is set once, when it starts. Null: nothing.</summary>
public sealed record StartSettings
{
    public TimeSpan? HeadTimeout { get; init; }

    public TimeSpan? ClientTimeout { get; init; }

    public TimeSpan? IdleTimeout { get; init; }

    public TimeSpan? UpstreamConnectionLifetime { get; init; }

    public TimeSpan? UpstreamIdleTimeout { get; init; }

    public TimeSpan? DrainGrace { get; init; }

    public int? RequestsPerConnection { get; init; }

    public int? RequestsPerUpstreamConnection { get; init; }

    public int? IdleUpstreamConnections { get; init; }

    public int? RequestLineBytes { get; init; }

    public int? RequestHeadBytes { get; init; }

    public bool? SessionTickets { get; init; }

    public bool? ServerTokens { get; init; }

    public bool? ProxyProtocol { get; init; }

    public EquatableArray<IPNetwork> TrustedPeers { get; init; }

    public bool DisableAccessLog { get; init; }

    public bool JsonAccessLog { get; init; }

    /// <summary>Null for standard output.</summary>
    public string? AccessLogPath { get; init; }
}

/// <summary>A ConfigMap, read.</summary>
/// <param name="AnnotationDefaults">By the annotation's key with prefix: what holds where an Ingress says nothing.</param>
public sealed record ConfigMapSettings(
    IReadOnlyDictionary<string, string> AnnotationDefaults, EquatableArray<string>? NoTlsRedirectLocations, StartSettings Start, EquatableArray<Verdict> Verdicts)
{
    public static ConfigMapSettings None { get; } = new(new Dictionary<string, string>(), null, new StartSettings(), []);
}
