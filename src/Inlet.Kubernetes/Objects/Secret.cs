namespace Inlet.Kubernetes;

/// <summary>
/// v1 Secret, cut down to a certificate, its key and a CA bundle when read: a controller watches every Secret of a cluster and must
/// not keep what it does not need.
/// </summary>
/// <param name="Data">Base64 by key.</param>
public sealed record Secret(ObjectMeta? Metadata = null, string? Type = null, SecretData? Data = null);

/// <summary>Base64, as in the API. Never prints what it holds.</summary>
public sealed record SecretData(string? TlsCrt = null, string? TlsKey = null, string? CaCrt = null)
{
    /// <summary>Key <c>tls.ocsp-staple</c>.</summary>
    public string? OcspStaple { get; init; }

    public override string ToString() => "secret data";
}
