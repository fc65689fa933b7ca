namespace Inlet.Model;

/// <summary>TLS to the endpoints of a route.</summary>
/// <param name="Source">The Ingress or Secret it comes from, for verdicts.</param>
public sealed record UpstreamTlsPolicy(ObjectReference Source)
{
    /// <summary>The name sent in the handshake (SNI) and looked for in the endpoint's certificate; null sends none.</summary>
    public string? ServerName { get; init; }

    /// <summary>The endpoint's certificate must lead to <see cref="CaPem"/> and bear <see cref="ServerName"/>.</summary>
    public bool Verify { get; init; }

    /// <summary>Needed to <see cref="Verify"/>.</summary>
    public string? CaPem { get; init; }

    /// <summary>Certificates between the endpoint's and one of <see cref="CaPem"/>, at most.</summary>
    public int VerifyDepth { get; init; } = 1;

    /// <summary>OpenSSL's list for TLS 1.2; null: its own.</summary>
    public string? Ciphers { get; init; }

    /// <summary>TLS 1.2 may be spoken.</summary>
    public bool Tls12 { get; init; } = true;

    /// <summary>TLS 1.3 may be spoken. At least one of them.</summary>
    public bool Tls13 { get; init; } = true;

    /// <summary>Only for requests that came over TLS themselves; others are sent in plain HTTP.</summary>
    public bool AsClient { get; init; }

    /// <summary>Presented when the endpoint asks for one.</summary>
    public CertificateMaterial? ClientCertificate { get; init; }
}
