using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>
/// Reads the header blocks of one direction of a connection (SPDY/3.1 section 2.6.10). They are one zlib stream, so every
/// block must be read, in order, also those nobody needs.
/// </summary>
internal sealed class SpdyHeaderReader : IDisposable
{
    private const int LargestBlock = 64 * 1024;

    /// <summary>CMF and FLG (RFC 1950).</summary>
    private const int ZlibHeaderBytes = 2;
    private const int DictionaryIdBytes = 4;
    private const byte HasDictionary = 0x20;

    private readonly Feed _feed = new();
    private readonly DeflateStream _inflater;
    private bool _started;

    public SpdyHeaderReader() => _inflater = new DeflateStream(_feed, CompressionMode.Decompress);

    /// <exception cref="SpdyException">Malformed or too large.</exception>
    public Dictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        if (!_started)
        {
            block = Start(block);
        }

        _feed.Add(block);
        return Parse(Inflate());
    }

    public void Dispose() => _inflater.Dispose();

    /// <summary>
    /// The class library's inflater takes no dictionary. One that is already in its window serves as well: it is given the
    /// dictionary as an uncompressed block first, and what comes of that is thrown away.
    /// </summary>
    private ReadOnlySpan<byte> Start(ReadOnlySpan<byte> block)
    {
        _started = true;
        if (block.Length < ZlibHeaderBytes || (block[0] & 0xF) != 8)
        {
            throw new SpdyException("the first header block does not begin a zlib stream");
        }

        var withDictionary = (block[1] & HasDictionary) != 0;
        block = block[ZlibHeaderBytes..];
        if (!withDictionary)
        {
            return block;
        }

        if (block.Length < DictionaryIdBytes || BinaryPrimitives.ReadUInt32BigEndian(block) != SpdyDictionary.Id)
        {
            throw new SpdyException("header blocks are compressed with an unknown dictionary");
        }

        _feed.Add(StoredBlock.Of(SpdyDictionary.Bytes));
        _inflater.ReadExactly(new byte[SpdyDictionary.Bytes.Length]);
        return block[DictionaryIdBytes..];
    }

    private byte[] Inflate()
    {
        try
        {
            var bytes = new byte[LargestBlock + 1];
            var total = 0;
            int read;
            while (total < bytes.Length && (read = _inflater.Read(bytes, total, bytes.Length - total)) > 0)
            {
                total += read;
            }

            return total <= LargestBlock ? bytes[..total] : throw new SpdyException($"a header block is larger than {LargestBlock} bytes");
        }
        catch (InvalidDataException e)
        {
            throw new SpdyException("a header block cannot be decompressed", e);
        }
    }

    private static Dictionary<string, string> Parse(ReadOnlySpan<byte> block)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var count = ReadLength(ref block);
        for (var i = 0; i < count; i++)
        {
            var name = ReadText(ref block);
            headers[name] = ReadText(ref block);
        }

        return headers;
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        var length = ReadLength(ref block);
        if (length > block.Length)
        {
            throw new SpdyException("a header block is cut short");
        }

        var text = Encoding.UTF8.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> block)
    {
        if (block.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(block) is < 0 or > LargestBlock)
        {
            throw new SpdyException("a header block is cut short");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(block);
        block = block[4..];
        return length;
    }

    /// <summary>Hands the inflater what is there; "no more" means until the next block.</summary>
    private sealed class Feed : Stream
    {
        private readonly MemoryStream _bytes = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            if (_bytes.Position == _bytes.Length)
            {
                _bytes.SetLength(0);
            }

            var position = _bytes.Position;
            _bytes.Position = _bytes.Length;
            _bytes.Write(bytes);
            _bytes.Position = position;
        }

        public override int Read(byte[] buffer, int offset, int count) => _bytes.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _bytes.Read(buffer);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
