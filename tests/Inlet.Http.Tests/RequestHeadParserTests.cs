using System.Text;

namespace Inlet.Http.Tests;

public sealed class RequestHeadParserTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /a?b=c HTTP/1.1\r\nHost: a.b-c.d:8080\r\nContent-Length: 04\r\n\r\n")]
    [InlineData("PUT / HTTP/1.1\r\nhOST:\t[::1]:80 \r\ntransfer-encoding: Chunked\r\n\r\n")]
    [InlineData("GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData("OPTIONS /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nConnection: close, x-hop\r\nX-Hop: 1\r\n\r\n")]
    public void Good_head_is_complete_exactly_at_its_end(string head) =>
        EverySplit.Head(Bytes(head), ParseStatus.Complete, HttpRefusal.None, head.Length, Parse);

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", HttpRefusal.HostMissing)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HttpRefusal.HostRepeated)]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n", HttpRefusal.HostMalformed)]
    [InlineData("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", HttpRefusal.HostMalformed)]
    [InlineData("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", HttpRefusal.HostMalformed)]
    [InlineData("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", HttpRefusal.HostMalformed)]
    [InlineData("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", HttpRefusal.HostDisagrees)]
    [InlineData("GET http://a HTTP/1.0\r\n\r\n", HttpRefusal.HostMissing)]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n", HttpRefusal.ControlCharacter)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", HttpRefusal.ControlCharacter)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", HttpRefusal.ControlCharacter)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", HttpRefusal.ControlCharacter)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", HttpRefusal.ObsoleteFolding)]
    [InlineData("GET / HTTP/1.1\r\n Host: a\r\n\r\n", HttpRefusal.ObsoleteFolding)]
    [InlineData("GET / HTTP/1.1\r\nHost : a\r\n\r\n", HttpRefusal.FieldNameMalformed)]
    [InlineData("GET / HTTP/1.1\r\n: a\r\n\r\n", HttpRefusal.FieldNameMalformed)]
    [InlineData("GET / HTTP/1.1\r\nHost\r\n\r\n", HttpRefusal.FieldNameMalformed)]
    [InlineData("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData("GET /\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.RequestLineMalformed)]
    [InlineData("GET / HTTP/1.2\r\nHost: a\r\n\r\n", HttpRefusal.VersionNotSupported)]
    [InlineData("PRI * HTTP/2.0\r\n\r\n", HttpRefusal.VersionNotSupported)]
    [InlineData("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", HttpRefusal.MethodNotSupported)]
    [InlineData("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.MethodNotSupported)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.TargetMalformed)]
    [InlineData("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.TargetMalformed)]
    [InlineData("GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n", HttpRefusal.TargetMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.TransferEncodingWithContentLength)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\n", HttpRefusal.ContentLengthRepeated)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -0\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", HttpRefusal.ContentLengthMalformed)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", HttpRefusal.TransferEncodingNotChunked)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ,chunked\r\n\r\n", HttpRefusal.TransferEncodingNotChunked)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.TransferEncodingNotChunked)]
    [InlineData("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.TransferEncodingOnHttp10)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nExpect: y 100-continue\r\n\r\n", HttpRefusal.ExpectationNotSupported)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Authorization\r\n\r\n", HttpRefusal.ConnectionNamesEndToEndField)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: x-forwarded-for\r\n\r\n", HttpRefusal.ConnectionNamesEndToEndField)]
    public void Bad_head_is_refused_wherever_it_is_cut(string head, HttpRefusal refusal) =>
        EverySplit.Head(Bytes(head), ParseStatus.Refused, refusal, 0, Parse);

    [Fact]
    public void Limits_are_refused_by_name()
    {
        Assert.Equal(HttpRefusal.RequestLineTooLong, Parse(Bytes($"GET /{new string('a', 300)}")).Item2);
        Assert.Equal(HttpRefusal.HeadTooLarge, Parse(Bytes($"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', 2000)}")).Item2);
        Assert.Equal(HttpRefusal.TooManyFields, Parse(Bytes($"GET / HTTP/1.1\r\n{string.Concat(Enumerable.Repeat("X:\r\n", 101))}\r\n")).Item2);
    }

    [Theory]
    [InlineData("websocket", true)]
    [InlineData("h2c", false)]
    [InlineData("websocket, H2C", false)]
    [InlineData("HTTP/2.0", false)]
    [InlineData("h2cx", true)]
    public void Upgrade_to_http_itself_is_an_ordinary_request(string protocol, bool upgrades)
    {
        var text = Rewrite($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: x\r\n\r\n", trust: false);
        Assert.Equal(upgrades, text.Contains("Upgrade", StringComparison.Ordinal));
        Assert.DoesNotContain("HTTP2-Settings", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Offender_of_a_refused_head_is_printable_and_short()
    {
        Assert.Equal("request line \"GET /? HTTP/1.1\"", HeadOffender.Describe(Bytes("GET /\x01 HTTP/1.1\r\nX: y"), HttpRefusal.ControlCharacter));
        Assert.Equal("2 fields, longest \"Long\" with 11 bytes or more",
            HeadOffender.Describe(Bytes("GET / HTTP/1.1\r\nA: b\r\nLong: aaaaa"), HttpRefusal.HeadTooLarge));
        Assert.InRange(HeadOffender.Describe(Bytes(new string('x', 5000)), HttpRefusal.RequestLineTooLong).Length, 10, 100);
    }

    [Fact]
    public void Rewritten_head_strips_what_is_ours_to_say_and_keeps_the_rest()
    {
        const string request = "POST /old?q HTTP/1.1\r\nHost: a:80\r\nX-Keep: 1\r\nConnection: x-hop, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
            + "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Request-ID: evil\r\nForwarded: for=x\r\nX_Under: 1\r\nProxy: x\r\n"
            + "ssl-client-verify: SUCCESS\r\nTE: trailers\r\nUpgrade: h2c\r\nCookie: c\r\nContent-Length: 007\r\n\r\n";
        Assert.Equal(
            "POST /new?q HTTP/1.1\r\nHost: a:80\r\nX-Keep: 1\r\nCookie: c\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
            + "X-Forwarded-Host: a:80\r\nX-Forwarded-Port: 443\r\nX-Real-IP: 1.2.3.4\r\nX-Request-ID: id\r\nContent-Length: 7\r\n\r\n",
            Rewrite(request, trust: false));
    }

    [Fact]
    public void Trusted_peer_is_continued()
    {
        var text = Rewrite("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: http\r\nX-Request-ID: kept\r\n\r\n", trust: true);
        Assert.Contains("X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n", text, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: http\r\n", text, StringComparison.Ordinal);
        Assert.Contains("X-Request-ID: kept\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https", text, StringComparison.Ordinal);
    }

    private static string Rewrite(string request, bool trust)
    {
        var head = new RequestHead();
        Assert.Equal(ParseStatus.Complete, RequestHeadParser.Parse(Bytes(request), head, 256, 1024, out _));
        var facts = new ForwardingFacts
        {
            PeerAddress = "1.2.3.4"u8,
            ClientAddress = "1.2.3.4"u8,
            Scheme = "https"u8,
            Port = "443"u8,
            RequestId = "id"u8,
            TrustPeer = trust,
        };
        var destination = new byte[2048];
        Assert.Equal(-1, RequestHeadWriter.Write(head, Bytes(request), "/new"u8, facts, new byte[40]));
        return Encoding.Latin1.GetString(destination, 0, RequestHeadWriter.Write(head, Bytes(request), "/new"u8, facts, destination));
    }

    private static (ParseStatus, HttpRefusal, int) Parse(byte[] bytes)
    {
        var head = new RequestHead();
        var status = RequestHeadParser.Parse(bytes, head, 256, 1024, out var refusal);
        return (status, refusal, status == ParseStatus.Complete ? head.Length : 0);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
