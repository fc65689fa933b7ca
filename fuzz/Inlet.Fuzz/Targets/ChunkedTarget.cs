using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>A chunked body is the same however it is cut, and what is sent on for it decodes to the same.</summary>
internal static class ChunkedTarget
{
    public static void Run(byte[] input)
    {
        var whole = Decode(input, input.Length);
        foreach (var piece in (int[])[1, 2, 7, 1 + (input.Length / 2)])
        {
            var cut = Decode(input, piece);
            Hold(cut.Status == whole.Status, $"{whole.Status} whole and {cut.Status} in pieces of {piece}");
            Hold(cut.Status != ChunkedStatus.Done || cut.Consumed == whole.Consumed, "one end");
            Hold(cut.Status == ChunkedStatus.Malformed || (cut.Data.SequenceEqual(whole.Data) && cut.Trailers.SequenceEqual(whole.Trailers)), "one body");
        }

        if (whole.Status == ChunkedStatus.Done)
        {
            SendOn(whole.Data, whole.Trailers);
        }
    }

    private static void SendOn(byte[] data, byte[] section)
    {
        var fields = new byte[section.Length];
        var trailers = fields.AsSpan(0, TrailerSection.CopyFields(section, fields));
        var buffer = new byte[ChunkFraming.MaxPrefixBytes + data.Length + ChunkFraming.MaxSuffixBytes + trailers.Length];
        data.CopyTo(buffer, ChunkFraming.MaxPrefixBytes);
        var (start, end) = ChunkFraming.Frame(buffer, ChunkFraming.MaxPrefixBytes, data.Length, last: true, trailers);
        var again = Decode(buffer[start..end], int.MaxValue);
        Hold(again.Status == ChunkedStatus.Done && again.Consumed == end - start, "what is sent is one body");
        Hold(again.Data.SequenceEqual(data), "the same data");
        Hold(again.Trailers.AsSpan().SequenceEqual([.. trailers, .. "\r\n"u8]), "the trailers that may pass");
    }

    private static (ChunkedStatus Status, int Consumed, byte[] Data, byte[] Trailers) Decode(byte[] input, int piece)
    {
        var decoder = default(ChunkedDecoder);
        var data = new List<byte>();
        var trailers = new List<byte>();
        var consumed = 0;
        var status = ChunkedStatus.NeedMore;
        for (var at = 0; at < input.Length && status == ChunkedStatus.NeedMore;)
        {
            var part = input[at..Math.Min(input.Length, (int)Math.Min(int.MaxValue, (long)at + piece))];
            status = decoder.Decode(part, out var taken, out var length, out var trailerLength);
            Hold(length <= taken && taken <= part.Length && trailerLength <= taken, "positions inside the buffer");
            data.AddRange(part.AsSpan(0, length));
            trailers.AddRange(part.AsSpan(taken - trailerLength, trailerLength));
            consumed += taken;
            at += part.Length;
        }

        return (status, consumed, [.. data], [.. trailers]);
    }
}
