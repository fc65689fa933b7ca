namespace Inlet.Model;

/// <summary>
/// A certificate chain with its private key, both PEM, from a Secret of type <c>kubernetes.io/tls</c>. Never prints the key.
/// </summary>
/// <param name="Source">The Secret, for logs and verdicts.</param>
/// <param name="ChainPem">Leaf first.</param>
/// <param name="KeyPem">Unencrypted PKCS#8, PKCS#1 or SEC1.</param>
public sealed record CertificateMaterial(ObjectReference Source, string ChainPem, string KeyPem)
{
    public override string ToString() => $"certificate of Secret {Source.Namespace}/{Source.Name}";
}
