using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// A policy with its trust store. A bundle that did not parse leaves no store: the host is closed then, because serving it
/// without the check would be worse than not serving it.
/// </summary>
internal sealed unsafe class ClientCertificateCheck(ClientCertificatePolicy policy, TrustStore? trust)
{
    private const int VerifyPeer = 1;
    private const int SetVerifyCertStore = 106;

    private readonly Regex? _subject = policy.SubjectPattern is { } pattern ? BoundedRegex.Compile(pattern) : null;

    public ClientCertificatePolicy Policy { get; } = policy;

    /// <summary>Once per connection; the engine's time grows with the subject's length only.</summary>
    public bool Admits(string subject) => _subject is null || _subject.IsMatch(subject);

    /// <summary>Asks the client of this handshake for its certificate. Judged after the handshake, so that the answer can say why.</summary>
    public void Ask(nint ssl)
    {
        if (trust is null)
        {
            return;
        }

        OpenSsl.SSL_set_verify(ssl, VerifyPeer, &Accept);
        OpenSsl.SSL_set_verify_depth(ssl, Policy.VerifyDepth);
        // 1: the handshake takes a reference of its own.
        _ = OpenSsl.SSL_ctrl(ssl, SetVerifyCertStore, 1, (void*)trust.Handle);
        OpenSsl.SSL_set_client_CA_list(ssl, trust.CopyNames());
        // A session taken up again brings no certificate that was verified for this host.
        _ = OpenSsl.SSL_set_options(ssl, OpenSsl.NoTicket);
        _ = OpenSsl.SSL_set_num_tickets(ssl, 0);
        GC.KeepAlive(trust);
    }

    /// <summary>Why a request may not go on, or <see cref="Failure.None"/>.</summary>
    public Failure Judge(ClientIdentity? identity)
    {
        if (trust is null)
        {
            return Failure.ClientCheckBroken;
        }

        var failure = JudgeCertificate(identity);
        return failure == Failure.None && _subject is not null && identity is not { SubjectAdmitted: true } ? Failure.ClientCertificateRefused : failure;
    }

    private Failure JudgeCertificate(ClientIdentity? identity)
    {
        return Policy.Mode switch
        {
            ClientCertificateMode.OptionalUnverified => Failure.None,
            ClientCertificateMode.Optional when identity is not { HasCertificate: true } => Failure.None,
            _ when identity is not { HasCertificate: true } => Failure.ClientCertificateMissing,
            _ => identity.Verified ? Failure.None : Failure.ClientCertificateInvalid,
        };
    }

    [UnmanagedCallersOnly]
    private static int Accept(int verified, nint store) => 1;
}
