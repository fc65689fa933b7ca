namespace Inlet.Model;

/// <summary>How a route's requests are handled on their way. Null: the server's own setting.</summary>
public sealed record RoutePolicies
{
    public static RoutePolicies Default { get; } = new();

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
