namespace Inlet.Model;

/// <summary>How a route's requests are handled on their way. Null: the server's own setting.</summary>
public sealed record RoutePolicies
{
    public static RoutePolicies Default { get; } = new();

    /// <summary>A setting that protects the route cannot be honoured: every request is answered 503.</summary>
    public bool Closed { get; init; }

    /// <summary>Null: requests go to an endpoint.</summary>
    public RedirectPolicy? Redirect { get; init; }

    /// <summary>Null: everybody may come.</summary>
    public AccessPolicy? Access { get; init; }

    /// <summary>Null: nobody is asked for a password.</summary>
    public BasicAuthenticationPolicy? BasicAuthentication { get; init; }

    /// <summary>Null: no service is asked whether a request may pass.</summary>
    public ExternalAuthenticationPolicy? ExternalAuthentication { get; init; }

    /// <summary>One of <see cref="Access"/>, <see cref="BasicAuthentication"/> and <see cref="ExternalAuthentication"/> is enough; otherwise all of them are needed.</summary>
    public bool AnyAccessIsEnough { get; init; }

    /// <summary>Null: the endpoint gets the path that was matched.</summary>
    public RewritePolicy? Rewrite { get; init; }

    /// <summary>The Host that endpoints get; null: the client's. X-Forwarded-Host is the client's in any case.</summary>
    public string? UpstreamHost { get; init; }

    /// <summary>A field X-Forwarded-Prefix for endpoints, made as <see cref="Rewrite"/> is; null sends none of ours.</summary>
    public RewritePolicy? ForwardedPrefix { get; init; }

    public UpstreamConnectionHeader UpstreamConnection { get; init; }

    /// <summary>Null: scripts of other origins get nothing from us.</summary>
    public CorsPolicy? Cors { get; init; }

    /// <summary>Fields that every answer of the route gets, in place of the endpoint's own of the same name.</summary>
    public EquatableArray<HeaderField> AnswerFields { get; init; }

    /// <summary>Null: clients may ask as much as they like.</summary>
    public RateLimitPolicy? RateLimit { get; init; }

    /// <summary>Null: answers go as fast as they can.</summary>
    public BandwidthPolicy? Bandwidth { get; init; }

    /// <summary>Null: each request may meet another endpoint.</summary>
    public AffinityPolicy? Affinity { get; init; }

    /// <summary>Null: errors are answered as they are.</summary>
    public ErrorPagePolicy? ErrorPages { get; init; }

    /// <summary>Null: requests go to their endpoint alone.</summary>
    public MirrorPolicy? Mirror { get; init; }

    /// <summary>Null: clients get what endpoints say.</summary>
    public AnswerRewritePolicy? AnswerRewrite { get; init; }

    /// <summary>Requests leave no line in the access log.</summary>
    public bool Unlogged { get; init; }

    public BalancingPolicy Balancing { get; init; } = BalancingPolicy.Default;

    public PassiveHealthPolicy PassiveHealth { get; init; } = PassiveHealthPolicy.Default;

    /// <summary>Null: endpoints are not asked; what their requests show is enough.</summary>
    public ActiveHealthPolicy? ActiveHealth { get; init; }

    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;

    public TimeoutPolicy? Timeouts { get; init; }

    public BodySizePolicy? BodySize { get; init; }

    /// <summary>Null: plain HTTP to the endpoints.</summary>
    public UpstreamTlsPolicy? UpstreamTls { get; init; }
}
