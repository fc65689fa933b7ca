using System.Net;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>
/// Where the connections of one Service port go. Lives as long as the port; its endpoints and affinity are replaced under it,
/// from any thread, while connections that were made stay with the endpoint they have.
/// </summary>
internal sealed class RelayTarget(TimeProvider time)
{
    private volatile EndpointList _endpoints = EndpointList.Empty;
    private volatile ClientAffinity? _affinity;
    // Targets do not all begin with the first endpoint: many Services of one connection each would meet at one pod.
    private int _next = Random.Shared.Next();

    public EndpointList Endpoints
    {
        get => _endpoints;
        set => _endpoints = value;
    }

    /// <summary>How long a client that comes again gets the same endpoint (<c>sessionAffinity: ClientIP</c>); null for no affinity.</summary>
    public TimeSpan? AffinityTimeout
    {
        get => _affinity?.Timeout;
        set => _affinity = value is { } timeout ? (_affinity?.Timeout == timeout ? _affinity : new ClientAffinity(timeout, time)) : null;
    }

    public bool HasAffinity => _affinity is not null;

    /// <summary>The endpoint to try first; the others of <paramref name="endpoints"/> follow it in order.</summary>
    /// <param name="client">Looked at only under affinity.</param>
    public int ChooseFirst(EndpointList endpoints, IPAddress client)
    {
        var next = (int)((uint)Interlocked.Increment(ref _next) % (uint)endpoints.Count);
        return _affinity is { } affinity && affinity.Find(client) is { } known && endpoints.IndexOf(known) is >= 0 and var index
            ? index
            : next;
    }

    /// <summary>The client is connected to <paramref name="endpoint"/> and stays there.</summary>
    public void Remember(IPAddress client, IPEndPoint endpoint) => _affinity?.Remember(client, endpoint);
}

/// <summary>Endpoints with their addresses in the kernel's form.</summary>
internal sealed class EndpointList
{
    public static readonly EndpointList Empty = new([]);

    private readonly IPEndPoint[] _endpoints;
    private readonly byte[][] _addresses;

    public EndpointList(IEnumerable<IPEndPoint> endpoints)
    {
        _endpoints = [.. endpoints];
        _addresses = [.. _endpoints.Select(static endpoint => Native(endpoint.Serialize()))];
    }

    public int Count => _endpoints.Length;

    public IPEndPoint this[int index] => _endpoints[index];

    /// <summary><c>sockaddr_in</c> or <c>sockaddr_in6</c>.</summary>
    public byte[] AddressAt(int index) => _addresses[index];

    public int IndexOf(IPEndPoint endpoint) => Array.IndexOf(_endpoints, endpoint);

    public bool SameAs(IReadOnlyList<IPEndPoint> endpoints) => _endpoints.AsSpan().SequenceEqual([.. endpoints]);

    private static byte[] Native(SocketAddress address) => address.Buffer.Span[..address.Size].ToArray();
}
