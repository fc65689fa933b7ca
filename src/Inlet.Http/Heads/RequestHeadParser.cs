using System.Text;

namespace Inlet.Http;

/// <summary>
/// Parses an HTTP/1.x request head (RFC 9112 §3, §5) strictly: what two parsers could read in two ways is refused. Stateless:
/// an incomplete head is parsed again from its start when more of it is there (see <see cref="HeadLines.WorthParsing"/>).
/// </summary>
public static class RequestHeadParser
{
    /// <param name="maxLineBytes">Limit of the request line.</param>
    /// <param name="maxHeadBytes">Limit of the whole head.</param>
    public static ParseStatus Parse(
        ReadOnlySpan<byte> source, RequestHead head, int maxLineBytes, int maxHeadBytes, out HttpRefusal refusal)
    {
        // Judged inside the limit only, so that the answer does not depend on how many bytes happened to arrive together.
        var window = source.Length > maxHeadBytes ? source[..maxHeadBytes] : source;
        var status = ParseWindow(window, head, maxLineBytes, out refusal);
        if (status == ParseStatus.Incomplete && source.Length >= maxHeadBytes)
        {
            refusal = HttpRefusal.HeadTooLarge;
            return ParseStatus.Refused;
        }

        return status;
    }

    private static ParseStatus ParseWindow(ReadOnlySpan<byte> source, RequestHead head, int maxLineBytes, out HttpRefusal refusal)
    {
        var lineWindow = source.Length > maxLineBytes + 2 ? source[..(maxLineBytes + 2)] : source;
        var status = HeadLines.Next(lineWindow, 0, out var length, out refusal);
        if (status == ParseStatus.Incomplete && lineWindow.Length == maxLineBytes + 2)
        {
            refusal = HttpRefusal.RequestLineTooLong;
            return ParseStatus.Refused;
        }

        if (status != ParseStatus.Complete)
        {
            return status;
        }

        refusal = ParseRequestLine(source[..length], head, out var authority);
        if (refusal != HttpRefusal.None)
        {
            return ParseStatus.Refused;
        }

        var position = length + 2;
        status = head.Block.Parse(source, ref position, head.IsHttp10, out refusal);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        head.Length = position;
        refusal = CheckHost(source, head, authority);
        return refusal == HttpRefusal.None ? ParseStatus.Complete : ParseStatus.Refused;
    }

    private static HttpRefusal ParseRequestLine(ReadOnlySpan<byte> line, RequestHead head, out ReadOnlySpan<byte> authority)
    {
        authority = default;
        var methodLength = line.IndexOfAnyExcept(HttpSyntax.Token);
        if (methodLength <= 0 || line[methodLength] != ' ')
        {
            return HttpRefusal.RequestLineMalformed;
        }

        var targetStart = methodLength + 1;
        var targetLength = line[targetStart..].IndexOf((byte)' ');
        if (targetLength <= 0)
        {
            return HttpRefusal.RequestLineMalformed;
        }

        var version = line[(targetStart + targetLength + 1)..];
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.')
        {
            return HttpRefusal.RequestLineMalformed;
        }

        if (version[5] != '1' || version[7] is not ((byte)'0' or (byte)'1'))
        {
            return HttpRefusal.VersionNotSupported;
        }

        head.IsHttp10 = version[7] == '0';
        head.MethodLength = methodLength;
        var method = line[..methodLength];
        head.Method = MethodOf(method);
        if (method.SequenceEqual("CONNECT"u8) || method.SequenceEqual("TRACE"u8))
        {
            return HttpRefusal.MethodNotSupported;
        }

        return ParseTarget(line.Slice(targetStart, targetLength), targetStart, head, out authority);
    }

    private static HttpRefusal ParseTarget(ReadOnlySpan<byte> target, int start, RequestHead head, out ReadOnlySpan<byte> authority)
    {
        authority = default;
        if (target.ContainsAnyExcept(HttpSyntax.Target))
        {
            return HttpRefusal.TargetMalformed;
        }

        var pathStart = 0;
        if (target[0] != '/')
        {
            // absolute-form (RFC 9112 §3.2.2); asterisk-form has nothing a route could match.
            var schemeLength = StartsWithIgnoreCase(target, "http://"u8) ? 7 : StartsWithIgnoreCase(target, "https://"u8) ? 8 : 0;
            if (schemeLength == 0)
            {
                return HttpRefusal.TargetMalformed;
            }

            var authorityLength = target[schemeLength..].IndexOfAny((byte)'/', (byte)'?');
            authority = authorityLength < 0 ? target[schemeLength..] : target.Slice(schemeLength, authorityLength);
            if (authority.IsEmpty)
            {
                return HttpRefusal.TargetMalformed;
            }

            pathStart = schemeLength + authority.Length;
        }

        var path = target[pathStart..];
        var query = path.IndexOf((byte)'?');
        head.PathStart = start + pathStart;
        head.PathLength = query < 0 ? path.Length : query;
        head.QueryLength = path.Length - head.PathLength;
        return HttpRefusal.None;
    }

    private static HttpRefusal CheckHost(ReadOnlySpan<byte> source, RequestHead head, ReadOnlySpan<byte> authority)
    {
        var block = head.Block;
        head.HostStart = head.HostLength = 0;
        if (block.HostRepeated)
        {
            return HttpRefusal.HostRepeated;
        }

        if (block.HostIndex < 0)
        {
            // On HTTP/1.0 an absolute-form target would name a host that no field confirms.
            return head.IsHttp10 && authority.IsEmpty ? HttpRefusal.None : HttpRefusal.HostMissing;
        }

        var field = block.Fields[block.HostIndex];
        var value = field.Value(source);
        if (!authority.IsEmpty && !Ascii.EqualsIgnoreCase(authority, value))
        {
            return HttpRefusal.HostDisagrees;
        }

        var hostLength = HostName.Length(value);
        if (hostLength <= 0)
        {
            return HttpRefusal.HostMalformed;
        }

        head.HostStart = field.ValueStart;
        head.HostLength = hostLength;
        return HttpRefusal.None;
    }

    private static RequestMethod MethodOf(ReadOnlySpan<byte> method) => method.Length switch
    {
        3 when method.SequenceEqual("GET"u8) => RequestMethod.Get,
        3 when method.SequenceEqual("PUT"u8) => RequestMethod.Put,
        4 when method.SequenceEqual("HEAD"u8) => RequestMethod.Head,
        4 when method.SequenceEqual("POST"u8) => RequestMethod.Post,
        5 when method.SequenceEqual("PATCH"u8) => RequestMethod.Patch,
        6 when method.SequenceEqual("DELETE"u8) => RequestMethod.Delete,
        7 when method.SequenceEqual("OPTIONS"u8) => RequestMethod.Options,
        _ => RequestMethod.Other,
    };

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> value, ReadOnlySpan<byte> lower) =>
        value.Length >= lower.Length && Ascii.EqualsIgnoreCase(value[..lower.Length], lower);
}
