namespace Inlet.Proxy;

/// <summary>What a handshake gets by its server name: certificates, and what is asked of the client's. Immutable.</summary>
internal sealed class CertificateSet(
    Dictionary<string, Certificate[]> byHost, Dictionary<string, ClientCertificateCheck> checks, Dictionary<string, HostTls> settings, Certificate defaultCertificate)
{
    private readonly HostLookup<HostTls>? _settings = settings.Count > 0 ? new HostLookup<HostTls>(settings) : null;
    private readonly HostLookup<Certificate[]> _byHost = new(byHost);
    private readonly HostLookup<ClientCertificateCheck> _checks = new(checks);
    private readonly Certificate[] _default = [defaultCertificate];

    /// <summary>The first of each host's certificates to expire.</summary>
    public IEnumerable<(string Host, DateTimeOffset Expiry)> Expiries() =>
        _byHost.All.Select(static entry => (entry.Key, entry.Value.Min(static certificate => certificate.Expires)));

    /// <param name="serverName">As the client sent it; empty without SNI.</param>
    public Certificate[] Find(ReadOnlySpan<byte> serverName) => _byHost.Find(serverName) ?? _default;

    /// <returns>Null where the server's settings are in force.</returns>
    public HostTls? FindSettings(ReadOnlySpan<byte> serverName) => _settings?.Find(serverName);

    /// <returns>Null where nothing is asked of the client.</returns>
    public ClientCertificateCheck? FindCheck(ReadOnlySpan<byte> serverName) => _checks.Find(serverName);
}
