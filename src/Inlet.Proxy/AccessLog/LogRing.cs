using System.Numerics;

namespace Inlet.Proxy;

/// <summary>
/// Lines on their way from one loop to the one writer: a ring of bytes without locks. A line goes in whole or not at all.
/// </summary>
internal sealed class LogRing
{
    private readonly byte[] _bytes;
    private readonly int _mask;

    // Positions that only grow; each is written by one side only.
    private long _written;
    private long _read;
    private long _dropped;

    public LogRing(int capacity)
    {
        _bytes = new byte[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _bytes.Length - 1;
    }

    public int Capacity => _bytes.Length;

    /// <summary>Lines that found no room.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>The loop's side.</summary>
    /// <param name="halfFull">The reader should come now rather than at its next round.</param>
    public void Write(ReadOnlySpan<byte> line, out bool halfFull)
    {
        var written = _written;
        var used = written - Volatile.Read(ref _read);
        halfFull = used < _bytes.Length / 2 && used + line.Length >= _bytes.Length / 2;
        if (line.Length > _bytes.Length - used)
        {
            Volatile.Write(ref _dropped, _dropped + 1);
            return;
        }

        var at = (int)written & _mask;
        var first = Math.Min(line.Length, _bytes.Length - at);
        line[..first].CopyTo(_bytes.AsSpan(at));
        line[first..].CopyTo(_bytes);
        Volatile.Write(ref _written, written + line.Length);
    }

    /// <summary>The writer's side: what lies in one piece, empty when all is read. <see cref="Advance"/> gives it back.</summary>
    public ReadOnlyMemory<byte> Peek()
    {
        var at = (int)_read & _mask;
        var length = (int)Math.Min(Volatile.Read(ref _written) - _read, _bytes.Length - at);
        return _bytes.AsMemory(at, length);
    }

    public void Advance(int count) => Volatile.Write(ref _read, _read + count);
}
