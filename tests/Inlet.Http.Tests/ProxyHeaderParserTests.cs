using System.Text;

namespace Inlet.Http.Tests;

public sealed class ProxyHeaderParserTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234 443\r\n", "192.0.2.1", 443)]
    [InlineData("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", "2001:db8::1", 65535)]
    [InlineData("PROXY UNKNOWN\r\n", null, 0)]
    [InlineData("PROXY UNKNOWN ffff::1 rubbish\r\n", null, 0)]
    [InlineData(Signature + "\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\x04\xd2\x01\xbb", "192.0.2.1", 443)]
    [InlineData(Signature + "\x21\x11\0\x0f\xc0\0\x02\x01\xc6\x33\x64\x02\x04\xd2\x01\xbb\x04\0\0", "192.0.2.1", 443)]
    [InlineData(Signature + "\x20\0\0\0", null, 0)]
    [InlineData(Signature + "\x21\x31\0\u0003xyz", null, 0)]
    public void Good_header_is_read_exactly_to_its_end(string header, string? address, int port)
    {
        var bytes = Encoding.Latin1.GetBytes(header);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.Equal(ParseStatus.Incomplete, ProxyHeaderParser.Parse(bytes.AsSpan(0, cut), out _));
        }

        foreach (var behind in new[] { "", "GET / HTTP/1.1\r\n", "\x16\x03\x01" })
        {
            Assert.Equal(ParseStatus.Complete, ProxyHeaderParser.Parse([.. bytes, .. Encoding.Latin1.GetBytes(behind)], out var parsed));
            Assert.Equal((address, port, bytes.Length), (parsed.Source?.ToString(), parsed.DestinationPort, parsed.Length));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234 443\n\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234 443 \r\n")]
    [InlineData("PROXY TCP4  192.0.2.1 198.51.100.2 1234 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 1234 65536\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 +1 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 01 443\r\n")]
    [InlineData("PROXY TCP4 192.0.2 198.51.100.2 1 443\r\n")]
    [InlineData("PROXY TCP4 ::1 ::1 1 443\r\n")]
    [InlineData("PROXY TCP6 192.0.2.1 192.0.2.1 1 443\r\n")]
    [InlineData("PROXY TCP6 fe80::1%1 ::1 1 443\r\n")]
    [InlineData("PROXY tcp4 192.0.2.1 198.51.100.2 1 443\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 198.51.100.2 1 443\r\n")]
    [InlineData("PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    [InlineData(Signature + "\x11\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\x04\xd2\x01\xbb")]
    [InlineData(Signature + "\x22\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x02\x04\xd2\x01\xbb")]
    [InlineData(Signature + "\x21\x11\0\x0b\xc0\0\x02\x01\xc6\x33\x64\x02\x04\xd2\x01")]
    [InlineData(Signature + "\x21\x11\xff\xff\xc0\0\x02\x01")]
    public void Bad_header_is_refused(string header) =>
        Assert.Equal(ParseStatus.Refused, ProxyHeaderParser.Parse(Encoding.Latin1.GetBytes(header), out _));
}
