namespace Inlet.Model;

/// <summary>How a route's requests are handled on their way. Null: the server's own setting.</summary>
public sealed record RoutePolicies
{
    public static RoutePolicies Default { get; } = new();

    public BalancingPolicy Balancing { get; init; } = BalancingPolicy.Default;

    public PassiveHealthPolicy PassiveHealth { get; init; } = PassiveHealthPolicy.Default;

    public RetryPolicy Retries { get; init; } = RetryPolicy.Default;

    public TimeoutPolicy? Timeouts { get; init; }

    public BodySizePolicy? BodySize { get; init; }
}
