namespace Inlet.Model;

/// <summary>
/// A certificate chain with its private key, both PEM, from a Secret of type <c>kubernetes.io/tls</c>. Never prints the key.
/// </summary>
/// <param name="Source">The Secret, for logs and verdicts.</param>
/// <param name="ChainPem">Leaf first.</param>
/// <param name="KeyPem">Unencrypted PKCS#8, PKCS#1 or SEC1.</param>
public sealed record CertificateMaterial(ObjectReference Source, string ChainPem, string KeyPem)
{
    /// <summary>An OCSP response for the leaf (RFC 6960), DER as base64, stapled to handshakes while it is valid; null for none.</summary>
    public string? OcspResponse { get; init; }

    public override string ToString() => $"certificate of Secret {Source.Namespace}/{Source.Name}";
}
