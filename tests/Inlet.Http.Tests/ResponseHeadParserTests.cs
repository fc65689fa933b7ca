using System.Text;

namespace Inlet.Http.Tests;

public sealed class ResponseHeadParserTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", BodyFraming.Length)]
    [InlineData("HTTP/1.1 200\r\n\r\n", BodyFraming.UntilClose)]
    [InlineData("HTTP/1.0 404 \r\nContent-Length: 0\r\n\r\n", BodyFraming.None)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyFraming.Chunked)]
    [InlineData("HTTP/1.1 204 No\r\n\r\n", BodyFraming.None)]
    [InlineData("HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", BodyFraming.None)]
    public void Good_head_is_complete_exactly_at_its_end(string text, BodyFraming framing)
    {
        EverySplit.Head(Encoding.Latin1.GetBytes(text), ParseStatus.Complete, HttpRefusal.None, text.Length, Parse);
        var head = new ResponseHead();
        ResponseHeadParser.Parse(Encoding.Latin1.GetBytes(text), head, 1024, out _);
        Assert.Equal(framing, head.FramingFor(toHead: false));
        Assert.Equal(BodyFraming.None, head.FramingFor(toHead: true));
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", HttpRefusal.StatusLineMalformed)]
    [InlineData("HTTP/1.1 099 X\r\n\r\n", HttpRefusal.StatusLineMalformed)]
    [InlineData("HTTP/2 200 OK\r\n\r\n", HttpRefusal.StatusLineMalformed)]
    [InlineData("HTTP/1.1 200 OK\n\n", HttpRefusal.ControlCharacter)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.TransferEncodingWithContentLength)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", HttpRefusal.ContentLengthRepeated)]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.TransferEncodingOnHttp10)]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", HttpRefusal.ObsoleteFolding)]
    public void Bad_head_is_refused_wherever_it_is_cut(string text, HttpRefusal refusal) =>
        EverySplit.Head(Encoding.Latin1.GetBytes(text), ParseStatus.Refused, refusal, 0, Parse);

    private static (ParseStatus, HttpRefusal, int) Parse(byte[] bytes)
    {
        var head = new ResponseHead();
        var status = ResponseHeadParser.Parse(bytes, head, 1024, out var refusal);
        return (status, refusal, status == ParseStatus.Complete ? head.Length : 0);
    }
}
