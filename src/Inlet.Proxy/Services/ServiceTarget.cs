using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>
/// A host and port outside the routes that a policy sends requests to, and its addresses as they were last looked up. Shared by all loops.
/// </summary>
internal sealed class ServiceTarget
{
    private const long FreshMilliseconds = 10_000;
    private const long UsableMilliseconds = 300_000;

    private readonly string _host;
    private readonly int _port;
    private readonly ServiceAddresses _addresses;
    private volatile Endpoint[] _endpoints = [];
    private readonly Lock _lock = new();
    private long _lookedUpAt = long.MinValue / 2;
    private long _foundAt = long.MinValue / 2;
    private Task? _lookup;

    public ServiceTarget(string host, int port, bool tls, ServiceAddresses addresses)
    {
        _host = host;
        _port = port;
        _addresses = addresses;
        // Its certificate is not verified, as ingress-nginx has it: names inside a cluster have certificates of nobody's.
        Tls = tls ? new UpstreamTls(new UpstreamTlsPolicy(new ObjectReference("Service", "", host)) { ServerName = host }) : null;
        if (IPAddress.TryParse(host, out var address))
        {
            IsLiteral = true;
            _endpoints = addresses.MayReach(address) ? [new Endpoint(address, port)] : [];
        }
    }

    public UpstreamTls? Tls { get; }

    private bool IsLiteral { get; }

    /// <summary>Empty when it has none that may be reached.</summary>
    public Endpoint[] Endpoints => _endpoints;

    /// <summary>
    /// Looks the name up when it was not lately. What was found before is used meanwhile, and a while longer when there is no answer.
    /// </summary>
    /// <param name="done">Called from another thread once the addresses are there; not when they are already.</param>
    /// <returns>Whether <paramref name="done"/> will be called.</returns>
    public bool NeedsLookup(long nowMilliseconds, Action done)
    {
        if (IsLiteral || nowMilliseconds - Volatile.Read(ref _lookedUpAt) < FreshMilliseconds)
        {
            return false;
        }

        var lookup = LookUp(nowMilliseconds);
        if (_endpoints.Length > 0 && nowMilliseconds - Volatile.Read(ref _foundAt) < UsableMilliseconds)
        {
            return false;
        }

        _addresses.Run(async () =>
        {
            await lookup;
            done();
        });
        return true;
    }

    /// <summary>Whoever asks while one is under way waits for that one.</summary>
    private Task LookUp(long nowMilliseconds)
    {
        // Guards the task alone; loops come here when what they know has grown old, not for each request.
        lock (_lock)
        {
            return _lookup is { IsCompleted: false } ? _lookup : _lookup = _addresses.Run(() => LookUpAsync(nowMilliseconds));
        }
    }

    private async Task LookUpAsync(long nowMilliseconds)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(_host, _addresses.Stop);
            _endpoints = [.. found.Where(_addresses.MayReach).Select(address => new Endpoint(address, _port))];
            Volatile.Write(ref _foundAt, nowMilliseconds);
        }
        catch (Exception error) when (error is SocketException or ArgumentException or OperationCanceledException)
        {
            if (nowMilliseconds - Volatile.Read(ref _foundAt) >= UsableMilliseconds)
            {
                _endpoints = [];
            }
        }

        Volatile.Write(ref _lookedUpAt, nowMilliseconds);
    }

    /// <param name="authority">Host, or host and port.</param>
    public static bool TryParse(string authority, bool tls, out string host, out int port)
    {
        port = tls ? 443 : 80;
        host = authority;
        var colon = authority.LastIndexOf(':');
        if (colon >= 0 && !authority.EndsWith(']'))
        {
            host = authority[..colon];
            if (!int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
            {
                return false;
            }
        }

        host = host.Trim('[', ']');
        return host.Length > 0 && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
    }
}
