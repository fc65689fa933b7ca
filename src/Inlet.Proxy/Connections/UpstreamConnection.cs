namespace Inlet.Proxy;

/// <summary>A connection to an endpoint: serving one client, or idle in its endpoint's pool.</summary>
internal sealed class UpstreamConnection : Connection
{
    public EndpointState Endpoint = null!;
    public ClientConnection? Client;

    /// <summary>The request of ours that it is busy with, in place of a client's.</summary>
    public ServiceExchange? Service;

    /// <summary>Null speaks plain HTTP. A kept connection serves only requests of the same.</summary>
    public UpstreamTls? Tls;

    /// <summary>Until the TCP connect, and the TLS handshake where there is one, are done.</summary>
    public bool Connecting;

    /// <summary>The TCP part of <see cref="Connecting"/> is done.</summary>
    public bool Connected;

    /// <summary>Came from the pool: a close before the first byte of a response means it was stale.</summary>
    public bool Reused;

    public long OpenedAt;

    /// <summary>Requests it has carried, this one included.</summary>
    public int Requests;

    /// <summary>Bytes of the current request that have left; 0 means that any other endpoint may have it instead.</summary>
    public long Sent;

    /// <summary>Bytes of <see cref="Connection.In"/> already searched for the end of a response head.</summary>
    public int HeadSeen;

    /// <summary>The final response's head said that the connection may stay.</summary>
    public bool KeepAlive;

    public void Reset(int fd, EndpointState endpoint, bool connecting, long now)
    {
        ResetConnection(fd);
        Endpoint = endpoint;
        Client = null;
        Service = null;
        Connecting = connecting;
        Writable = !connecting;
        Reused = KeepAlive = Connected = false;
        Tls = null;
        OpenedAt = now;
        Requests = 0;
    }
}
