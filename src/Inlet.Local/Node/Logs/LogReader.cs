using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Logs;

/// <summary>Reads the log of one container instance as <c>kubectl logs</c> asks for it.</summary>
/// <param name="log">The writer to follow; null for an instance that has ended.</param>
internal sealed class LogReader(string directory, int attempt, ContainerLog? log, PodLogQuery query)
{
    private const int BlockBytes = 64 * 1024;

    private readonly byte[] _block = new byte[BlockBytes];
    private long _left = query.LimitBytes ?? long.MaxValue;
    private bool _inPart;

    public async Task CopyAsync(Stream output, CancellationToken cancellationToken)
    {
        var (segment, offset) = Start();
        var line = new MemoryStream();
        while (_left > 0)
        {
            // All of this is asked before reading: asked afterwards, what was written in between would be passed over.
            var next = log?.NextAsync();
            var hasEnded = log is null or { HasEnded: true };
            var following = FollowingSegment(segment);
            using (var file = TryOpen(segment))
            {
                offset = file is null ? offset : await CopySegmentAsync(file, offset, line, output, cancellationToken);
            }

            if (following is { } newer)
            {
                (segment, offset) = (newer, 0);
                continue;
            }

            await output.FlushAsync(cancellationToken);
            if (!query.Follow || hasEnded)
            {
                return;
            }

            await next!.WaitAsync(cancellationToken);
        }
    }

    private SafeFileHandle? TryOpen(int segment)
    {
        try
        {
            return File.OpenHandle(LogFiles.Path(directory, attempt, segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            // Rotated away while a slow client read the one before.
            return null;
        }
    }

    // Listed anew each time: the writer's own number may be one ahead of what has been read.
    private int? FollowingSegment(int segment)
    {
        foreach (var other in LogFiles.Segments(directory, attempt))
        {
            if (other > segment)
            {
                return other;
            }
        }

        return null;
    }

    private async Task<long> CopySegmentAsync(SafeFileHandle file, long offset, MemoryStream line, Stream output, CancellationToken cancellationToken)
    {
        while (_left > 0)
        {
            var read = RandomAccess.Read(file, _block, offset);
            if (read == 0)
            {
                break;
            }

            var chosen = Choose(_block.AsSpan(0, read), line, out var consumed);
            if (chosen.Length > 0)
            {
                await output.WriteAsync(chosen, cancellationToken);
            }

            if (consumed == 0)
            {
                break;
            }

            offset += consumed;
        }

        return offset;
    }

    /// <summary>What of a block's whole lines the caller gets.</summary>
    private ReadOnlyMemory<byte> Choose(ReadOnlySpan<byte> block, MemoryStream chosen, out int consumed)
    {
        chosen.SetLength(0);
        consumed = 0;
        while (block[consumed..].IndexOf((byte)'\n') is var end and >= 0)
        {
            Take(block.Slice(consumed, end), chosen);
            consumed += end + 1;
        }

        var bytes = (int)Math.Min(_left, chosen.Length);
        _left -= bytes;
        return chosen.GetBuffer().AsMemory(0, bytes);
    }

    private void Take(ReadOnlySpan<byte> line, MemoryStream chosen)
    {
        if (!LogFormat.TryRead(line, out var time, out var isFull, out var content) || time < query.Since)
        {
            return;
        }

        if (query.Timestamps && !_inPart)
        {
            chosen.Write(line[..LogFormat.TimeLength]);
            chosen.WriteByte((byte)' ');
        }

        chosen.Write(content);
        _inPart = !isFull;
        if (isFull)
        {
            chosen.WriteByte((byte)'\n');
        }
    }

    /// <summary>Where reading begins: at the beginning, or so far from the end that <c>tailLines</c> lines are left.</summary>
    private (int Segment, long Offset) Start()
    {
        var segments = LogFiles.Segments(directory, attempt);
        if (query.TailLines is not { } lines)
        {
            return (segments.Count > 0 ? segments[0] : 0, 0);
        }

        for (var i = segments.Count - 1; i >= 0; i--)
        {
            using var file = TryOpen(segments[i]);
            if (file is not null && TailOffset(file, ref lines) is { } offset)
            {
                return (segments[i], offset);
            }
        }

        return (segments.Count > 0 ? segments[0] : 0, 0);
    }

    /// <summary>Null when the segment has fewer lines; they are counted off.</summary>
    private long? TailOffset(SafeFileHandle file, ref int lines)
    {
        var end = RandomAccess.GetLength(file);
        if (lines == 0)
        {
            return end;
        }

        for (var blockEnd = end; blockEnd > 0;)
        {
            var start = Math.Max(0, blockEnd - BlockBytes);
            var block = _block.AsSpan(0, (int)(blockEnd - start));
            block = block[..RandomAccess.Read(file, block, start)];
            while (block.LastIndexOf((byte)'\n') is var newline and >= 0)
            {
                // The very last line end closes a line and begins none.
                if (start + newline + 1 < end && --lines == 0)
                {
                    return start + newline + 1;
                }

                block = block[..newline];
            }

            blockEnd = start;
        }

        lines -= end > 0 ? 1 : 0;
        return lines == 0 ? 0 : null;
    }
}
