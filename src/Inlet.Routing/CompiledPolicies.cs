using System.Text;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>A route's policies with the names they compare already in bytes.</summary>
public sealed class CompiledPolicies
{
    public static CompiledPolicies Default { get; } = new(RoutePolicies.Default);

    internal CompiledPolicies(RoutePolicies policies)
    {
        Policies = policies;
        UpstreamHost = Encoding.ASCII.GetBytes(policies.UpstreamHost ?? "");
        HashName = Encoding.UTF8.GetBytes(policies.Balancing.HashBy?.Name ?? "");
    }

    public RoutePolicies Policies { get; }

    public bool Closed => Policies.Closed;

    public RedirectPolicy? Redirect => Policies.Redirect;

    public AccessPolicy? Access => Policies.Access;

    /// <summary>Empty: the client's Host.</summary>
    public byte[] UpstreamHost { get; }

    public BalancingPolicy Balancing => Policies.Balancing;

    public PassiveHealthPolicy PassiveHealth => Policies.PassiveHealth;

    public RetryPolicy Retries => Policies.Retries;

    public TimeoutPolicy? Timeouts => Policies.Timeouts;

    public UpstreamTlsPolicy? UpstreamTls => Policies.UpstreamTls;

    public BodySizePolicy? BodySize => Policies.BodySize;

    /// <summary>Name of the header or cookie that <see cref="BalancingPolicy.HashBy"/> goes by.</summary>
    public byte[] HashName { get; }
}
