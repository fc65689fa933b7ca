namespace Inlet.Http.Tests;

/// <summary>Feeds a case to a parser whole, cut at every offset, and byte by byte, and holds that the outcome is the same.</summary>
internal static class EverySplit
{
    /// <summary>What a parser that is given ever longer prefixes must do: incomplete up to a point, one outcome from there on.</summary>
    public static void Head(byte[] bytes, ParseStatus expected, HttpRefusal refusal, int consumed, Func<byte[], (ParseStatus, HttpRefusal, int)> parse)
    {
        Assert.Equal((expected, refusal, consumed), parse(bytes));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var (status, reason, length) = parse(bytes[..cut]);
            switch (status)
            {
                case ParseStatus.Complete:
                    Assert.Equal((expected, consumed), (status, length));
                    Assert.True(cut >= consumed, $"complete after {cut} bytes, before the head's end at {consumed}");
                    break;
                case ParseStatus.Refused:
                    Assert.Equal((expected, refusal), (status, reason));
                    break;
                default:
                    Assert.True(expected == ParseStatus.Refused || cut < consumed, $"incomplete with {cut} of {consumed} bytes");
                    break;
            }
        }

        if (expected == ParseStatus.Complete)
        {
            // What follows belongs to the next message and changes nothing.
            Assert.Equal((expected, refusal, consumed), parse([.. bytes, .. "GET / HTTP/1.1\r\n\n"u8]));
        }
    }

    /// <summary>Every way of cutting a body into two reads, and single bytes.</summary>
    public static IEnumerable<byte[][]> Of(byte[] bytes)
    {
        // Copies throughout: decoders work in place.
        yield return [[.. bytes]];
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            yield return [bytes[..cut], bytes[cut..]];
        }

        yield return [.. bytes.Select(static value => new[] { value })];
    }
}
