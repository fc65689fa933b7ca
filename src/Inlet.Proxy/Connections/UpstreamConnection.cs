namespace Inlet.Proxy;

/// <summary>A connection to an endpoint: serving one client, or idle in its endpoint's pool.</summary>
internal sealed class UpstreamConnection : Connection
{
    public EndpointState Endpoint = null!;
    public ClientConnection? Client;
    public bool Connecting;

    /// <summary>Came from the pool: a close before the first byte of a response means it was stale.</summary>
    public bool Reused;

    /// <summary>The final response's head said that the connection may stay.</summary>
    public bool KeepAlive;

    public void Reset(int fd, EndpointState endpoint, bool connecting)
    {
        ResetConnection(fd);
        Endpoint = endpoint;
        Client = null;
        Connecting = connecting;
        Writable = !connecting;
        Reused = KeepAlive = false;
    }
}
