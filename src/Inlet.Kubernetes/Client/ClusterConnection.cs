using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Inlet.Kubernetes;

/// <summary>Where an API server is and how to prove who we are: what a kubeconfig's context says, or a pod's ServiceAccount.</summary>
public sealed record ClusterConnection
{
    public required Uri Server { get; init; }

    /// <summary>Null trusts the system's authorities.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>The name expected in the server's certificate instead of the URL's host.</summary>
    public string? TlsServerName { get; init; }

    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The value of the Authorization header, asked before each request; null sends none.</summary>
    public Func<CancellationToken, ValueTask<string?>>? Authorization { get; init; }

    /// <summary>The context's (or pod's) namespace.</summary>
    public string Namespace { get; init; } = "default";

    // HTTP/2 puts all watches on one connection, and its pings find a dead one that would otherwise look merely quiet.
    internal HttpMessageInvoker CreateInvoker()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = Validate;
        if (ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        return new HttpMessageInvoker(handler);
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (SkipTlsVerify || errors == SslPolicyErrors.None)
        {
            return true;
        }

        // The cluster's own authority stands in for the system's; a wrong name stays wrong.
        if (Authorities is null || errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(Authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(static element => element.Certificate).ToArray());
        }

        return own.Build(leaf);
    }
}
