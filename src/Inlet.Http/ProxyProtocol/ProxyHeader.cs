using System.Net;

namespace Inlet.Http;

/// <summary>What a PROXY protocol header says of the connection it precedes.</summary>
/// <param name="Source">The client's address; null when the header speaks for the sender itself (LOCAL, UNKNOWN).</param>
/// <param name="DestinationPort">The port the client connected to; 0 without <paramref name="Source"/>.</param>
/// <param name="Length">Bytes of the header.</param>
public readonly record struct ProxyHeader(IPAddress? Source, int DestinationPort, int Length);
