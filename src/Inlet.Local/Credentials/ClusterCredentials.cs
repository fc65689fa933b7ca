using System.Net;
using System.Security.Cryptography.X509Certificates;

using Inlet.Local.Store;

namespace Inlet.Local.Credentials;

/// <summary>
/// The certificate authority, server certificate, admin token and ServiceAccount tokens of one data directory. Made at
/// first use and kept in its <c>pki/</c> (directory 0700, files 0600), so that kubeconfigs and tokens outlive a restart.
/// </summary>
public sealed class ClusterCredentials : IDisposable
{
    private ClusterCredentials()
    {
    }

    public string CaCertificatePem => throw new NotImplementedException();

    public X509Certificate2 ServerCertificate => throw new NotImplementedException();

    public string AdminToken => throw new NotImplementedException();

    /// <param name="serverAddresses">Addresses the server certificate names, besides <c>localhost</c> and the names of the <c>kubernetes</c> Service.</param>
    public static ClusterCredentials Open(DataDirectory directory, IReadOnlyList<IPAddress> serverAddresses, TimeProvider time) =>
        throw new NotImplementedException();

    /// <summary>A bearer token that authenticates as <c>system:serviceaccount:ns:name</c>, verifiable after a restart.</summary>
    public string IssueToken(string ns, string serviceAccount) => throw new NotImplementedException();

    /// <summary>Writes (mode 0600 from the start, replacing atomically) a kubeconfig with every right.</summary>
    public void WriteAdminKubeconfig(string path, Uri server) => throw new NotImplementedException();

    /// <summary>The same for a ServiceAccount.</summary>
    public void WriteServiceAccountKubeconfig(string ns, string serviceAccount, string path, Uri server) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
