namespace Inlet.Proxy;

/// <summary>Values by server name as clients send it: exact, then the wildcard of one label. Immutable; no allocation on lookup.</summary>
internal sealed class HostLookup<T>(Dictionary<string, T> byHost)
    where T : class
{
    private readonly Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> _byHost = byHost.GetAlternateLookup<ReadOnlySpan<char>>();

    public IReadOnlyDictionary<string, T> All => byHost;

    public T? Find(ReadOnlySpan<byte> serverName)
    {
        if (serverName.IsEmpty || serverName.Length > 255)
        {
            return null;
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

        return null;
    }
}
