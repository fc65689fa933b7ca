using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Inlet.Local.Store;

namespace Inlet.Local.Credentials;

/// <summary>
/// The certificate authority, server certificate, admin token and ServiceAccount tokens of one data directory. Made at
/// first use and kept in its <c>pki/</c> (directory 0700, files 0600), so that kubeconfigs and tokens outlive a restart.
/// </summary>
public sealed class ClusterCredentials : IDisposable
{
    private const string AdminTokenFile = "admin.token";

    /// <summary>
    /// What Kubernetes gives the tokens in pods when it extends them: pods of a single machine restart with it, and get new
    /// ones, far more often.
    /// </summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(365);

    private readonly ServiceAccountTokens _tokens;
    private readonly byte[] _adminTokenHash;

    private ClusterCredentials(string caCertificatePem, X509Certificate2 serverCertificate, ServerNames names, string adminToken, ServiceAccountTokens tokens)
    {
        CaCertificatePem = caCertificatePem;
        ServerCertificate = serverCertificate;
        ServerNames = names;
        AdminToken = adminToken;
        _adminTokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(adminToken));
        _tokens = tokens;
    }

    public string CaCertificatePem { get; }

    /// <summary>With its private key. It belongs to this object and is disposed with it.</summary>
    public X509Certificate2 ServerCertificate { get; }

    public string AdminToken { get; }

    internal ServerNames ServerNames { get; }

    /// <param name="serverAddresses">
    /// Addresses the server certificate names, besides the loopback addresses, <c>localhost</c> and the names of the
    /// <c>kubernetes</c> Service. When they are others than last time, or its end nears, the certificate is made anew.
    /// </param>
    /// <exception cref="CredentialsException">A key is there and damaged, or the files cannot be read or written.</exception>
    public static ClusterCredentials Open(DataDirectory directory, IReadOnlyList<IPAddress> serverAddresses, TimeProvider time)
    {
        var files = new PkiDirectory(directory);
        var names = new ServerNames(serverAddresses);
        using var authority = new CertificateAuthority(files, time);
        var certificate = authority.ServerCertificate(names);
        try
        {
            return new(authority.CertificatePem, certificate, names, LoadAdminToken(files), new ServiceAccountTokens(files, time));
        }
        catch
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>A bearer token that authenticates as <c>system:serviceaccount:ns:name</c> for a year, over restarts, while the ServiceAccount exists.</summary>
    public string IssueToken(string ns, string serviceAccount) => IssueToken(new(ns, serviceAccount, null), TokenLifetime, []).Token;

    /// <summary>Writes (mode 0600 from the start, replacing atomically) a kubeconfig with every right.</summary>
    /// <exception cref="IOException">The directory does not exist or cannot be written.</exception>
    public void WriteAdminKubeconfig(string path, Uri server) =>
        PrivateFile.Write(path, Kubeconfig.Text(server, CaCertificatePem, "inlet-admin", AdminToken));

    /// <summary>The same for a ServiceAccount, with its namespace as the default.</summary>
    /// <exception cref="IOException">The directory does not exist or cannot be written.</exception>
    public void WriteServiceAccountKubeconfig(string ns, string serviceAccount, string path, Uri server) =>
        PrivateFile.Write(path, Kubeconfig.Text(server, CaCertificatePem, $"{ns}:{serviceAccount}", IssueToken(ns, serviceAccount), ns));

    public void Dispose()
    {
        ServerCertificate.Dispose();
        _tokens.Dispose();
    }

    internal (string Token, DateTimeOffset Expires) IssueToken(ServiceAccountIdentity account, TimeSpan lifetime, IReadOnlyList<string> audiences) =>
        _tokens.Issue(account, lifetime, audiences);

    internal ServiceAccountIdentity? VerifyServiceAccountToken(string token) => _tokens.Verify(token);

    /// <summary>Compares hashes in constant time, so that answers do not tell how much of a guess was right.</summary>
    internal bool IsAdminToken(string token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), _adminTokenHash);

    private static string LoadAdminToken(PkiDirectory files)
    {
        // An empty file is what a full disk leaves: an empty token must never be a valid one.
        if (files.Read(AdminTokenFile)?.Trim() is { Length: > 0 } known)
        {
            return known;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        files.Write(AdminTokenFile, token + "\n");
        return token;
    }
}
