using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>
/// An epoll instance and the events of its last wait. The kernel packs its record to 12 bytes on x86-64 and to no other
/// architecture.
/// </summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int MaxEvents = 256;
    private static readonly int s_stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int s_dataOffset = s_stride - sizeof(ulong);

    private readonly int _fd = RelayLibc.epoll_create1(RelayLibc.CloseOnExec);
    private readonly byte* _events = (byte*)NativeMemory.Alloc((nuint)(MaxEvents * s_stride));

    public void Add(int fd, uint events, ulong data)
    {
        var record = stackalloc byte[16];
        *(uint*)record = events;
        *(ulong*)(record + s_dataOffset) = data;
        _ = RelayLibc.epoll_ctl(_fd, RelayLibc.EpollAdd, fd, record);
    }

    public void Remove(int fd) => _ = RelayLibc.epoll_ctl(_fd, RelayLibc.EpollDelete, fd, null);

    /// <param name="timeoutMilliseconds">-1 waits for ever.</param>
    /// <returns>How many events there are; 0 also when a signal ended the wait.</returns>
    public int Wait(int timeoutMilliseconds) => Math.Max(0, RelayLibc.epoll_wait(_fd, _events, MaxEvents, timeoutMilliseconds));

    public (uint Events, ulong Data) At(int index)
    {
        var record = _events + (index * s_stride);
        return (*(uint*)record, *(ulong*)(record + s_dataOffset));
    }

    public void Dispose()
    {
        _ = RelayLibc.close(_fd);
        NativeMemory.Free(_events);
    }
}
