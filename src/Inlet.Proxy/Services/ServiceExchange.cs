using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>One request of ours to a service outside the routes, on one connection of one loop.</summary>
internal sealed class ServiceExchange
{
    public required ServiceTarget Target { get; init; }

    /// <summary>The whole request, kept for another address or a fresh connection; a buffer of the loop's.</summary>
    public byte[]? Request;
    public int RequestLength;

    /// <summary>Addresses tried.</summary>
    public int Tries;

    public bool ToHead { get; init; }

    public TimeSpan ReadTimeout { get; init; }

    /// <summary>The authentication that asks; null: the answer is of no interest.</summary>
    public AuthenticationService? Authentication { get; init; }

    /// <summary>A copy of a client's request.</summary>
    public bool IsMirror { get; init; }

    /// <summary>For <see cref="Authentication"/>: where its answer is kept; null: nowhere.</summary>
    public UInt128? CacheName { get; init; }

    /// <summary>Who waits for it; it may be gone, or be another by now.</summary>
    public ClientConnection? Client;
    public uint Generation;

    public bool Started;
    public bool HeadDone;
    public BodyFraming Framing;
    public long Left;
    public long Read;
    public ChunkedDecoder Decoder;
}
