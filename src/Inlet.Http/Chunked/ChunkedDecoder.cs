namespace Inlet.Http;

public enum ChunkedStatus
{
    /// <summary>The body goes on.</summary>
    NeedMore,

    /// <summary>The last chunk and the trailers were read.</summary>
    Done,

    Malformed,
}

/// <summary>
/// Takes the chunked coding off a body (RFC 9112 §7.1), in place: the data is moved to the front of the buffer it came in.
/// Strict where implementations differ: sizes are hex digits only, CRLF ends every line, extensions and trailers are bounded.
/// The trailer section is validated and left where it lies: <see cref="TrailerSection"/> says what of it may go on.
/// </summary>
public struct ChunkedDecoder
{
    /// <summary>Extension bytes of a whole body: they cost us work and carry nothing.</summary>
    public const int MaxExtensionBytes = 4096;

    public const int MaxTrailerBytes = 4096;

    private const int MaxSizeDigits = 15;

    private State _state;
    private long _chunkLeft;
    private int _sizeDigits;
    private int _extensionBytes;
    private int _trailerBytes;

    private enum State : byte
    {
        SizeStart,
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        TrailerName,
        TrailerValue,
        TrailerLineFeed,
        LastLineFeed,
        Done,
        Malformed,
    }

    /// <param name="consumed">Bytes of <paramref name="buffer"/> that belong to this body; what follows is the next message.</param>
    /// <param name="dataLength">Body bytes, now at the start of <paramref name="buffer"/>.</param>
    /// <param name="trailerLength">Bytes of the trailer section; they end at <paramref name="consumed"/> and lie untouched in <paramref name="buffer"/>.</param>
    public ChunkedStatus Decode(Span<byte> buffer, out int consumed, out int dataLength, out int trailerLength)
    {
        var position = 0;
        var trailerStart = _state >= State.TrailerStart ? 0 : -1;
        dataLength = 0;
        while (position < buffer.Length && _state < State.Done)
        {
            if (_state != State.Data)
            {
                Step(buffer[position++]);
                if (trailerStart < 0 && _state >= State.TrailerStart)
                {
                    trailerStart = position;
                }

                continue;
            }

            var length = (int)Math.Min(_chunkLeft, buffer.Length - position);
            buffer.Slice(position, length).CopyTo(buffer[dataLength..]);
            dataLength += length;
            position += length;
            _chunkLeft -= length;
            if (_chunkLeft == 0)
            {
                _state = State.DataReturn;
            }
        }

        consumed = position;
        trailerLength = trailerStart < 0 ? 0 : position - trailerStart;
        return _state switch
        {
            State.Done => ChunkedStatus.Done,
            State.Malformed => ChunkedStatus.Malformed,
            _ => ChunkedStatus.NeedMore,
        };
    }

    private void Step(byte value)
    {
        _state = _state switch
        {
            State.SizeStart or State.Size => Size(value),
            State.Extension => Extension(value),
            State.SizeLineFeed => value == '\n' ? (_chunkLeft == 0 ? State.TrailerStart : State.Data) : State.Malformed,
            State.DataReturn => value == '\r' ? State.DataLineFeed : State.Malformed,
            State.DataLineFeed => value == '\n' ? StartOfSize() : State.Malformed,
            State.LastLineFeed => value == '\n' ? State.Done : State.Malformed,
            _ => Trailer(value),
        };
    }

    private State StartOfSize()
    {
        _sizeDigits = 0;
        return State.SizeStart;
    }

    private State Size(byte value)
    {
        var digit = HttpSyntax.HexValue(value);
        if (digit >= 0)
        {
            // 15 digits fit a long with room to spare; more can only mean overflow or padding meant to confuse.
            _chunkLeft = (_chunkLeft << 4) | (uint)digit;
            return ++_sizeDigits > MaxSizeDigits ? State.Malformed : State.Size;
        }

        if (_state == State.SizeStart)
        {
            return State.Malformed;
        }

        return value switch
        {
            (byte)'\r' => State.SizeLineFeed,
            (byte)';' => State.Extension,
            _ => State.Malformed,
        };
    }

    private State Extension(byte value)
    {
        if (value == '\r')
        {
            return State.SizeLineFeed;
        }

        return IsText(value) && ++_extensionBytes <= MaxExtensionBytes ? State.Extension : State.Malformed;
    }

    private State Trailer(byte value)
    {
        if (++_trailerBytes > MaxTrailerBytes)
        {
            return State.Malformed;
        }

        switch (_state)
        {
            case State.TrailerStart when value == '\r':
                return State.LastLineFeed;
            case State.TrailerStart:
                return HttpSyntax.Token.Contains(value) ? State.TrailerName : State.Malformed;
            case State.TrailerName when value == ':':
                return State.TrailerValue;
            case State.TrailerName:
                return HttpSyntax.Token.Contains(value) ? State.TrailerName : State.Malformed;
            case State.TrailerValue when value == '\r':
                return State.TrailerLineFeed;
            case State.TrailerValue:
                return IsText(value) ? State.TrailerValue : State.Malformed;
            default:
                return value == '\n' ? State.TrailerStart : State.Malformed;
        }
    }

    private static bool IsText(byte value) => value is >= 0x20 and not 0x7f or (byte)'\t';
}
