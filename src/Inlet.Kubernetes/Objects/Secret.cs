namespace Inlet.Kubernetes;

/// <summary>
/// v1 Secret, cut down when read to a certificate, its key, a CA bundle and password hashes: a controller watches every Secret of a
/// cluster and must not keep what it does not need.
/// </summary>
/// <param name="Data">Base64 by key.</param>
public sealed record Secret(ObjectMeta? Metadata = null, string? Type = null, SecretData? Data = null);

/// <summary>Base64, as in the API. Never prints what it holds.</summary>
public sealed record SecretData(string? TlsCrt = null, string? TlsKey = null, string? CaCrt = null)
{
    /// <summary>Certificates that were called back (key <c>ca.crl</c>).</summary>
    public string? CaCrl { get; init; }

    /// <summary>A password file (key <c>auth</c>).</summary>
    public string? Auth { get; init; }

    /// <summary>Of all other keys those whose value looks like the hash of a password; nothing else of them is kept.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();

    /// <summary>Key <c>tls.ocsp-staple</c>.</summary>
    public string? OcspStaple { get; init; }

    public override string ToString() => "secret data";
}
