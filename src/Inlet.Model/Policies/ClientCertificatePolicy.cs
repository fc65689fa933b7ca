namespace Inlet.Model;

/// <summary>What is asked of a client's certificate.</summary>
public enum ClientCertificateMode
{
    /// <summary>Without a certificate that verifies, 400.</summary>
    Required,

    /// <summary>None is fine; one that does not verify is 400.</summary>
    Optional,

    /// <summary>None, and one that does not verify, are fine: the endpoint is told and decides.</summary>
    OptionalUnverified,
}

/// <summary>
/// Client certificates of one host. Its endpoints are told in <c>ssl-client-verify</c>, <c>ssl-client-subject-dn</c> and
/// <c>ssl-client-issuer-dn</c>. Plain HTTP never reaches them: it is redirected where redirects are on, else 403. A connection
/// whose handshake named a host with another policy is 421.
/// </summary>
/// <param name="CaPem">Certificates that clients' certificates must lead to. One that does not parse closes the host: 503.</param>
/// <param name="CaSource">The Secret it comes from, for verdicts.</param>
public sealed record ClientCertificatePolicy(ClientCertificateMode Mode, string CaPem, ObjectReference CaSource)
{
    /// <summary>Certificates between the client's and one of <see cref="CaPem"/>, at most.</summary>
    public int VerifyDepth { get; init; } = 1;

    /// <summary>Certificates that were called back, PEM; null: none is asked about.</summary>
    public string? CrlPem { get; init; }

    /// <summary>
    /// A regular expression (<see cref="BoundedRegex.Compile"/>) that has to match somewhere in the certificate's subject, written as
    /// RFC 2253 does; others, and requests without a certificate, are 403. Null: every subject.
    /// </summary>
    public string? SubjectPattern { get; init; }

    /// <summary>A URL, or a path from <c>/</c> on, to which clients without a good certificate are redirected (302) in place of 400.</summary>
    public string? ErrorPage { get; init; }

    /// <summary>The endpoint also gets the certificate, PEM and percent-encoded, in <c>ssl-client-cert</c>.</summary>
    public bool PassCertificate { get; init; }
}
