using BenchmarkDotNet.Attributes;
using Inlet.Http;

namespace Inlet.Microbench.Http;

/// <summary>Taking the chunked coding off a body, in place.</summary>
[MemoryDiagnoser]
public class ChunkedBench
{
    private const int ChunkBytes = 8 * 1024;
    private const int Chunks = 8;
    private readonly byte[] _body = Body();
    private readonly byte[] _buffer = new byte[(ChunkBytes + 16) * Chunks];

    /// <summary>Copies the body first: the decoder works in place.</summary>
    [Benchmark]
    public int Decode_64_KB_in_8_KB_chunks()
    {
        _body.CopyTo(_buffer, 0);
        var decoder = default(ChunkedDecoder);
        return decoder.Decode(_buffer.AsSpan(0, _body.Length), out _, out var dataLength, out _) == ChunkedStatus.Done
            ? dataLength
            : throw new InvalidOperationException("the body of this benchmark is not whole");
    }

    private static byte[] Body()
    {
        var body = new List<byte>();
        for (var chunk = 0; chunk < Chunks; chunk++)
        {
            body.AddRange("2000\r\n"u8);
            body.AddRange(new byte[ChunkBytes]);
            body.AddRange("\r\n"u8);
        }

        body.AddRange("0\r\n\r\n"u8);
        return [.. body];
    }
}
