using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>What one loop keeps about one endpoint; outlives every routing table. Idle connections are taken last in, first out.</summary>
internal sealed class EndpointState(Endpoint endpoint)
{
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>Address and port, for log lines.</summary>
    public byte[] Text { get; } = System.Text.Encoding.ASCII.GetBytes(endpoint.ToString());

    public SocketAddress Address { get; } = new(endpoint.Address, endpoint.Port);

    public List<UpstreamConnection> Idle { get; } = [];

    /// <summary>Backends of this loop that hold the endpoint; at 0 its idle connections are of no use.</summary>
    public int Backends { get; set; }
}
