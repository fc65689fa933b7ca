using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What the annotations of one Ingress ask for all its routes, before anything but the Ingress itself was looked at.</summary>
internal sealed record RouteSettings(TlsRedirectPolicy TlsRedirect, RoutePolicies Policies)
{
    public static RouteSettings None { get; } = new(TlsRedirectPolicy.Off, RoutePolicies.Default);

    /// <summary>Served without them, a stranger might see what is not for him.</summary>
    public bool Protects => Policies.Closed || Policies.Access is not null || UpstreamTls is not null;

    /// <summary>Paths that look like regular expressions are.</summary>
    public bool PathsMayBeExpressions { get; init; }

    public bool UsesRegex { get; init; }

    /// <summary>The text of <see cref="RoutePolicies.Rewrite"/>: a path equal to it is not rewritten.</summary>
    public string? RewriteTarget { get; init; }

    /// <summary>Null for plain HTTP to the endpoints.</summary>
    public UpstreamTlsSettings? UpstreamTls { get; init; }
}
