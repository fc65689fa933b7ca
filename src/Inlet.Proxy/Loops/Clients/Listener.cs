namespace Inlet.Proxy;

/// <summary>One listening socket of one loop.</summary>
/// <param name="Tls">Connections begin with a handshake.</param>
internal sealed record Listener(int Fd, bool Tls, byte[] PortText)
{
    public bool IsClosed { get; private set; }

    public void Close()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            _ = Libc.close(Fd);
        }
    }
}
