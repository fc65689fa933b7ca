using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What the annotations of one Ingress ask for all its routes, before anything but the Ingress itself was looked at.</summary>
internal sealed record RouteSettings(TlsRedirectPolicy TlsRedirect, RoutePolicies Policies)
{
    public static RouteSettings None { get; } = new(TlsRedirectPolicy.Off, RoutePolicies.Default);

    /// <summary>Paths that look like regular expressions are.</summary>
    public bool PathsMayBeExpressions { get; init; }

    public bool UsesRegex { get; init; }

    /// <summary>The text of <see cref="RoutePolicies.Rewrite"/>: a path equal to it is not rewritten.</summary>
    public string? RewriteTarget { get; init; }

    /// <summary>What has to be looked up in other objects, in the order in which it is applied.</summary>
    public EquatableArray<DeferredSetting> Deferred { get; init; }

    /// <summary>What the Ingress asks of the clients of its hosts; null: nothing.</summary>
    public ClientCertificateSetting? ClientCertificates { get; init; }

    /// <summary>What the Ingress asks of its hosts' handshakes; null: nothing.</summary>
    public HostTlsPolicy? HostTls { get; init; }

    public bool Passthrough { get; init; }

    /// <summary>Further names of the Ingress's hosts.</summary>
    public EquatableArray<string> Aliases { get; init; }
}
