namespace Inlet.Http;

/// <summary>Parses an HTTP/1.x response head (RFC 9112 §4, §5), as strictly as a request's: an ambiguous response is no response.</summary>
public static class ResponseHeadParser
{
    public static ParseStatus Parse(ReadOnlySpan<byte> source, ResponseHead head, int maxHeadBytes, out HttpRefusal refusal)
    {
        var window = source.Length > maxHeadBytes ? source[..maxHeadBytes] : source;
        var status = ParseWindow(window, head, out refusal);
        if (status == ParseStatus.Incomplete && source.Length >= maxHeadBytes)
        {
            refusal = HttpRefusal.HeadTooLarge;
            return ParseStatus.Refused;
        }

        return status;
    }

    private static ParseStatus ParseWindow(ReadOnlySpan<byte> source, ResponseHead head, out HttpRefusal refusal)
    {
        var status = HeadLines.Next(source, 0, out var length, out refusal);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        if (!ParseStatusLine(source[..length], head))
        {
            refusal = HttpRefusal.StatusLineMalformed;
            return ParseStatus.Refused;
        }

        var position = length + 2;
        status = head.Block.Parse(source, ref position, head.IsHttp10, out refusal);
        head.Length = position;
        return status;
    }

    private static bool ParseStatusLine(ReadOnlySpan<byte> line, ResponseHead head)
    {
        // Servers that leave the reason out often leave the space before it out too: harmless, the code is fixed in length.
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || (line.Length > 12 && line[12] != ' '))
        {
            return false;
        }

        var code = 0;
        foreach (var digit in line.Slice(9, 3))
        {
            if (!HttpSyntax.IsDigit(digit))
            {
                return false;
            }

            code = (code * 10) + (digit - '0');
        }

        head.IsHttp10 = line[7] == '0';
        head.Status = code;
        head.ReasonStart = Math.Min(13, line.Length);
        head.ReasonLength = line.Length - head.ReasonStart;
        return code >= 100;
    }
}
