namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>The peer does not speak SPDY/3.1 as we do: the connection ends.</summary>
internal sealed class SpdyException(string message, Exception? inner = null) : IOException(message, inner);
