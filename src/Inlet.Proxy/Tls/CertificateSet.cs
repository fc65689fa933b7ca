namespace Inlet.Proxy;

/// <summary>Which certificates a server name gets: exact, then wildcard of one label, then the default. Immutable.</summary>
internal sealed class CertificateSet(Dictionary<string, Certificate[]> byHost, Certificate defaultCertificate)
{
    private readonly Dictionary<string, Certificate[]>.AlternateLookup<ReadOnlySpan<char>> _byHost =
        byHost.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly Certificate[] _default = [defaultCertificate];

    /// <summary>The first of each host's certificates to expire.</summary>
    public IEnumerable<(string Host, DateTimeOffset Expiry)> Expiries() =>
        byHost.Select(static entry => (entry.Key, entry.Value.Min(static certificate => certificate.Expires)));

    /// <param name="serverName">As the client sent it; empty without SNI.</param>
    public Certificate[] Find(ReadOnlySpan<byte> serverName)
    {
        if (serverName.IsEmpty || serverName.Length > 255)
        {
            return _default;
        }

        Span<char> name = stackalloc char[256];
        for (var index = 0; index < serverName.Length; index++)
        {
            name[index + 1] = (char)(serverName[index] is >= (byte)'A' and <= (byte)'Z' ? serverName[index] | 0x20 : serverName[index]);
        }

        var host = name.Slice(1, serverName.Length);
        host = host[^1] == '.' ? host[..^1] : host;
        if (_byHost.TryGetValue(host, out var found))
        {
            return found;
        }

        var dot = host.IndexOf('.');
        if (dot > 0)
        {
            // In place: the star goes where the first label's last character was.
            host[dot - 1] = '*';
            if (_byHost.TryGetValue(host[(dot - 1)..], out found))
            {
                return found;
            }
        }

        return _default;
    }
}
