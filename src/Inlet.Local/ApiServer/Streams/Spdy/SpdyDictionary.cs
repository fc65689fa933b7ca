using System.Buffers.Binary;
using System.Text;

namespace Inlet.Local.ApiServer.Streams.Spdy;

/// <summary>The text SPDY/3 header blocks are compressed against (SPDY Protocol draft 3.1, section 2.6.10.1).</summary>
internal static class SpdyDictionary
{
    private const string Names =
        "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
        + "authorization cache-control connection content-base content-encoding content-language content-length content-location "
        + "content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match "
        + "if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range "
        + "referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get "
        + "status";

    private const string Values = "url public set-cookie keep-alive origin";

    private const string Rest =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information"
        + "204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error"
        + "501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, "
        + "Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
        + "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    public static byte[] Bytes { get; } = Build();

    /// <summary>Adler-32 of <see cref="Bytes"/>, by which zlib names a dictionary (RFC 1950, DICTID).</summary>
    public static uint Id { get; } = Adler32(Bytes);

    /// <summary>The names are written as in a header block: length, then text.</summary>
    private static byte[] Build()
    {
        var bytes = new List<byte>();
        string[] words = [.. Names.Split(' '), "200 OK", "version", "HTTP/1.1", .. Values.Split(' ')];
        var length = new byte[4];
        foreach (var word in words)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            bytes.AddRange(length);
            bytes.AddRange(Encoding.ASCII.GetBytes(word));
        }

        bytes.AddRange(Encoding.ASCII.GetBytes(Rest));
        return [.. bytes];
    }

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint Modulus = 65521;
        uint a = 1, b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % Modulus;
            b = (b + a) % Modulus;
        }

        return (b << 16) | a;
    }
}
