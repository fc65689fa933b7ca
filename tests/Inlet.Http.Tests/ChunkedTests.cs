using System.Text;

namespace Inlet.Http.Tests;

public sealed class ChunkedTests
{
    [Theory]
    [InlineData("0\r\n\r\n", "", "\r\n")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello", "\r\n")]
    [InlineData("1;a=b\r\nx\r\n00A\r\n0123456789\r\n0\r\nX-T: 1\r\nY:\r\n\r\n", "x0123456789", "X-T: 1\r\nY:\r\n\r\n")]
    public void Good_body_is_decoded_and_its_end_found_however_it_is_cut(string coded, string body, string section)
    {
        foreach (var pieces in EverySplit.Of(Encoding.Latin1.GetBytes(coded + "GET")))
        {
            var decoder = default(ChunkedDecoder);
            var data = new StringBuilder();
            var trailers = new StringBuilder();
            var consumed = 0;
            var status = ChunkedStatus.NeedMore;
            foreach (var piece in pieces)
            {
                if (status == ChunkedStatus.Done)
                {
                    break;
                }

                status = decoder.Decode(piece, out var taken, out var length, out var trailerLength);
                consumed += taken;
                data.Append(Encoding.Latin1.GetString(piece, 0, length));
                trailers.Append(Encoding.Latin1.GetString(piece, taken - trailerLength, trailerLength));
            }

            Assert.Equal((ChunkedStatus.Done, body, coded.Length), (status, data.ToString(), consumed));
            Assert.Equal(section, trailers.ToString());
        }
    }

    [Theory]
    [InlineData("Grpc-Status", true)]
    [InlineData("Server-Timing", true)]
    [InlineData("Content-Digest", true)]
    [InlineData("ETag", true)]
    [InlineData("Content-Length", false)]
    [InlineData("transfer-encoding", false)]
    [InlineData("Host", false)]
    [InlineData("Connection", false)]
    [InlineData("Trailer", false)]
    [InlineData("Authorization", false)]
    [InlineData("Cookie", false)]
    [InlineData("Set-Cookie", false)]
    [InlineData("X-Forwarded-For", false)]
    [InlineData("X-Forwarded-Anything", false)]
    [InlineData("X-Request-ID", false)]
    [InlineData("ssl-client-verify", false)]
    [InlineData("X_Forwarded_For", false)]
    [InlineData("If-Match", false)]
    [InlineData("Content-Type", false)]
    [InlineData("Cache-Control", false)]
    [InlineData("Location", false)]
    public void Trailers_pass_unless_something_was_decided_by_them_before_they_came(string name, bool passes)
    {
        var section = Encoding.ASCII.GetBytes($"A: 1\r\n{name}: 2\r\nB: 3\r\n\r\n");
        var fields = new byte[section.Length];
        var written = TrailerSection.CopyFields(section, fields);
        Assert.Equal($"A: 1\r\n{(passes ? name + ": 2\r\n" : "")}B: 3\r\n", Encoding.ASCII.GetString(fields, 0, written));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("+3\r\n")]
    [InlineData("0x3\r\n")]
    [InlineData("3 \r\nabc\r\n")]
    [InlineData("3\nabc\n")]
    [InlineData("3\r\nabcd")]
    [InlineData("3\r\nabc\n")]
    [InlineData("1;\n\r\nx\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("0\r\n folded\r\n\r\n")]
    [InlineData("0\r\nA B: c\r\n\r\n")]
    [InlineData("0\r\nA: b\n\r\n")]
    public void Bad_body_is_malformed_however_it_is_cut(string coded)
    {
        foreach (var pieces in EverySplit.Of(Encoding.Latin1.GetBytes(coded)))
        {
            var decoder = default(ChunkedDecoder);
            var status = ChunkedStatus.NeedMore;
            foreach (var piece in pieces)
            {
                status = decoder.Decode(piece, out _, out _, out _);
            }

            Assert.Equal(ChunkedStatus.Malformed, status);
        }
    }

    [Fact]
    public void Trailers_are_framed_behind_the_last_chunk()
    {
        var buffer = new byte[64];
        "abc"u8.CopyTo(buffer.AsSpan(ChunkFraming.MaxPrefixBytes));
        var (start, end) = ChunkFraming.Frame(buffer, ChunkFraming.MaxPrefixBytes, 3, last: true, "A: 1\r\n"u8);
        Assert.Equal("3\r\nabc\r\n0\r\nA: 1\r\n\r\n", Encoding.ASCII.GetString(buffer[start..end]));
    }

    [Fact]
    public void Framed_data_decodes_to_itself()
    {
        foreach (var length in (int[])[0, 1, 15, 16, 255, 4096, 65536])
        {
            var buffer = new byte[ChunkFraming.MaxPrefixBytes + length + ChunkFraming.MaxSuffixBytes];
            Random.Shared.NextBytes(buffer.AsSpan(ChunkFraming.MaxPrefixBytes, length));
            var data = buffer.AsSpan(ChunkFraming.MaxPrefixBytes, length).ToArray();
            var (start, end) = ChunkFraming.Frame(buffer, ChunkFraming.MaxPrefixBytes, length, last: true);
            var framed = buffer[start..end];
            Assert.Equal(ChunkedStatus.Done, default(ChunkedDecoder).Decode(framed, out var consumed, out var decoded, out _));
            Assert.Equal(framed.Length, consumed);
            Assert.Equal(data, framed[..decoded]);
        }
    }
}
