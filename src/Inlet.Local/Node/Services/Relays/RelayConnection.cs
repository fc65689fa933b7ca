using System.Net;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>One socket of a relayed connection, as its loop knows it.</summary>
internal sealed class RelaySide
{
    public int Fd = -1;

    /// <summary>There may be something to read, or the end.</summary>
    public bool Readable;

    public bool Writable;

    /// <summary>The kernel said that the peer sends no more: the end is behind the bytes not yet read.</summary>
    public bool PeerFinished;

    /// <summary>The end was read.</summary>
    public bool ReadEnded;

    /// <summary>The end was passed on to this side.</summary>
    public bool WriteEnded;

    /// <summary>It takes no more bytes: it was reset.</summary>
    public bool Broken;

    /// <summary>Bytes this side did not take yet: <see cref="PendingLength"/> from <see cref="PendingStart"/>. While there are any, the other side is not read.</summary>
    public byte[]? Pending;

    public int PendingStart;

    public int PendingLength;
}

/// <summary>A client's connection to a Service port and the endpoint's half of it.</summary>
internal sealed class RelayConnection(RelayTarget target, EndpointList endpoints)
{
    public readonly RelaySide Client = new();
    public readonly RelaySide Backend = new();

    public int Slot;
    public uint Generation;
    public bool Open;
    public bool Queued;
    public bool Connected;

    public RelayTarget Target => target;

    /// <summary>As they were when the client came.</summary>
    public EndpointList Endpoints => endpoints;

    /// <summary>Null unless the target has session affinity.</summary>
    public IPAddress? ClientAddress;

    /// <summary>Index of the endpoint that is tried, or was reached.</summary>
    public int Endpoint;

    /// <summary>How many endpoints were tried, this one included.</summary>
    public int Tried;

    /// <summary>The endpoint took the connection.</summary>
    public void Reached()
    {
        Connected = true;
        Backend.Writable = true;
        if (ClientAddress is { } client)
        {
            Target.Remember(client, Endpoints[Endpoint]);
        }
    }
}
