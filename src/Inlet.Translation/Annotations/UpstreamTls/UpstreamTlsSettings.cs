using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>TLS to the endpoints as an Ingress asks for it.</summary>
/// <param name="Secret">Null without client certificate and CA bundle.</param>
/// <param name="ServerName">For the handshake and the check; null for neither.</param>
internal sealed record UpstreamTlsSettings(ObjectKey? Secret, bool Verify, int VerifyDepth, string? ServerName) : DeferredSetting
{
    public string? Ciphers { get; init; }

    public bool Tls12 { get; init; } = true;

    public bool Tls13 { get; init; } = true;

    /// <summary>Only for requests that came over TLS.</summary>
    public bool AsClient { get; init; }

    public override RoutePolicies Apply(RoutePolicies policies, ObjectLookup lookup)
    {
        var secret = Secret is { } key ? lookup.Secret(key) : null;
        var (policy, reason) = UpstreamTlsAnnotations.Resolve(this, secret);
        return policy is not null
            ? policies with { UpstreamTls = policy }
            : lookup.Close(policies, UpstreamTlsAnnotations.SecretField, secret is null ? VerdictCodes.SecretNotFound : VerdictCodes.SecretInvalid, $"Secret {Secret} {reason}");
    }
}
