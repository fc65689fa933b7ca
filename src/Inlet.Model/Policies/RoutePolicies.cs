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
