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
        HasMechanisms = policies.Cors is not null || policies.AnswerFields.Count > 0 || policies.UpstreamConnection != UpstreamConnectionHeader.None
            || policies.ForwardedPrefix is not null || policies.BasicAuthentication is not null || policies.ExternalAuthentication is not null
            || policies.RateLimit is not null || policies.Bandwidth is not null || policies.Affinity is not null
            || policies.ErrorPages is not null || policies.Mirror is not null || policies.AnswerRewrite is not null
            || policies.Balancing.HashBy?.Text is not null;
        HashName = Encoding.UTF8.GetBytes(policies.Balancing.HashBy?.Name ?? "");
    }

    public RoutePolicies Policies { get; }

    /// <summary>Whether anything is asked for besides the policies below, which most routes have to do with.</summary>
    public bool HasMechanisms { get; }

    /// <summary>What the data plane has made of the policies for itself, once: it lives as long as they do.</summary>
    public object? Mechanisms { get; set; }

    public bool Closed => Policies.Closed;

    /// <summary>Not everybody may use the route.</summary>
    public bool IsProtected => Policies.Access is not null || Policies.BasicAuthentication is not null || Policies.ExternalAuthentication is not null;

    public bool Unlogged => Policies.Unlogged;

    public RedirectPolicy? Redirect => Policies.Redirect;

    public AccessPolicy? Access => Policies.Access;

    /// <summary>Empty: the client's Host.</summary>
    public byte[] UpstreamHost { get; }

    public BalancingPolicy Balancing => Policies.Balancing;

    public PassiveHealthPolicy PassiveHealth => Policies.PassiveHealth;

    public BandwidthPolicy? Bandwidth => Policies.Bandwidth;

    public RetryPolicy Retries => Policies.Retries;

    public TimeoutPolicy? Timeouts => Policies.Timeouts;

    public UpstreamTlsPolicy? UpstreamTls => Policies.UpstreamTls;

    public BodySizePolicy? BodySize => Policies.BodySize;

    /// <summary>Name of the header or cookie that <see cref="BalancingPolicy.HashBy"/> goes by.</summary>
    public byte[] HashName { get; }
}
