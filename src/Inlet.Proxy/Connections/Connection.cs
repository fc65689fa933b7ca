namespace Inlet.Proxy;

/// <summary>Trailer bytes waiting for the rest of their section; null for none.</summary>
internal struct KeptTrailers
{
    public byte[]? Bytes;
    public int Length;
}

/// <summary>
/// One socket of a loop. While it is idle it owns no buffer: <see cref="In"/> and <see cref="Out"/> hold only what could not
/// be parsed or sent yet. Objects are reused; <see cref="Generation"/> tells an old event from a new connection.
/// </summary>
internal abstract class Connection
{
    public int Fd = -1;
    public int Slot;
    public uint Generation;
    public bool Open;

    /// <summary>The kernel said so and no read has come back empty since. Never read without it: that is a wasted call.</summary>
    public bool Readable;

    public bool Writable;

    /// <summary>The peer has finished sending: read on until the end shows.</summary>
    public bool PeerFinished;

    /// <summary>Reset or gone: nothing can be sent any more.</summary>
    public bool Broken;

    /// <summary>In the loop's queue for another turn.</summary>
    public bool Queued;

    public nint Ssl;

    public bool ReadWantsWrite;
    public bool WriteWantsRead;

    public byte[]? In;
    public int InLength;
    public byte[]? Out;
    public int OutStart;
    public int OutLength;

    /// <summary>The beginning of a trailer section that came in pieces.</summary>
    public KeptTrailers Trailers;

    public long Deadline = long.MaxValue;
    public long TimerTick = -1;
    public Connection? TimerNext;
    public Connection? TimerPrevious;

    protected void ResetConnection(int fd)
    {
        Fd = fd;
        Open = true;
        Readable = PeerFinished = Broken = ReadWantsWrite = WriteWantsRead = false;
        Writable = true;
        Ssl = 0;
        InLength = OutStart = OutLength = 0;
        Deadline = long.MaxValue;
    }
}
