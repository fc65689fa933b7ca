namespace Inlet.Local.Node.Logs;

/// <summary>Cuts one stream of a container into lines; holds what has not been closed by a line end yet.</summary>
internal sealed class LineSplitter
{
    /// <summary>Longer lines are cut into parts, as Kubernetes' container runtimes do.</summary>
    public const int LongestPart = 16 * 1024;

    private readonly byte[] _held = new byte[LongestPart];
    private int _heldLength;

    internal delegate void LineHandler(ReadOnlySpan<byte> content, bool isFull);

    public void Take(ReadOnlySpan<byte> bytes, LineHandler line)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var content = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            Hold(ref content, line);
            if (end >= 0)
            {
                EndLine(content, line);
            }
            else
            {
                content.CopyTo(_held.AsSpan(_heldLength));
                _heldLength += content.Length;
            }
        }
    }

    /// <summary>The stream has ended: what is held is the last line, though nothing closed it.</summary>
    public void End(LineHandler line)
    {
        if (_heldLength > 0)
        {
            line(_held.AsSpan(0, _heldLength), true);
            _heldLength = 0;
        }
    }

    /// <summary>Hands on as many whole parts as there are, and leaves less than one.</summary>
    private void Hold(ref ReadOnlySpan<byte> content, LineHandler line)
    {
        while (_heldLength + content.Length > LongestPart)
        {
            var taken = LongestPart - _heldLength;
            content[..taken].CopyTo(_held.AsSpan(_heldLength));
            content = content[taken..];
            _heldLength = 0;
            line(_held, false);
        }
    }

    private void EndLine(ReadOnlySpan<byte> content, LineHandler line)
    {
        if (_heldLength == 0)
        {
            line(content, true);
            return;
        }

        content.CopyTo(_held.AsSpan(_heldLength));
        line(_held.AsSpan(0, _heldLength + content.Length), true);
        _heldLength = 0;
    }
}
