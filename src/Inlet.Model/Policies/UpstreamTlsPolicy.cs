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

    /// <summary>Presented when the endpoint asks for one.</summary>
    public CertificateMaterial? ClientCertificate { get; init; }
}
