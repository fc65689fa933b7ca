using System.Text;

namespace Inlet.Http.Tests;

/// <summary>The wire's code runs for every request: the managed heap must not notice.</summary>
public sealed class AllocationTests
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "GET /a//b/../c%41?q=1 HTTP/1.1\r\nHost: a.test:8080\r\nCookie: s=1\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\n\r\n");

    private static readonly byte[] Response = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n");

    private static readonly byte[] Body = "5;x=y\r\nhello\r\n0\r\nTrailer: z\r\n\r\n"u8.ToArray();

    private readonly RequestHead _request = new();
    private readonly ResponseHead _response = new();
    private readonly byte[] _outgoing = new byte[4096];
    private readonly byte[] _path = new byte[256];
    private readonly byte[] _body = new byte[Body.Length];

    [Fact]
    public void Heads_and_bodies_are_parsed_and_written_without_allocation()
    {
        for (var warm = 0; warm < 50; warm++)
        {
            Exchange();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 500; count++)
        {
            Exchange();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Exchange()
    {
        var complete = RequestHeadParser.Parse(Request, _request, 1024, 4096, out _) == ParseStatus.Complete
            & PathCanonicalizer.TryCanonicalize(_request.Path(Request), _path, out var length)
            & ResponseHeadParser.Parse(Response, _response, 4096, out _) == ParseStatus.Complete;
        var facts = new ForwardingFacts
        {
            ClientAddress = "192.0.2.9"u8,
            PeerAddress = "192.0.2.9"u8,
            Scheme = "https"u8,
            Port = "443"u8,
            RequestId = "0123456789abcdef"u8,
            TrustPeer = true,
        };
        complete &= RequestHeadWriter.Write(_request, Request, _path.AsSpan(0, length), facts, _outgoing) > 0;
        complete &= ResponseHeadWriter.Write(_response, Response, BodyFraming.Length, close: false, toHttp10: false, _outgoing) > 0;
        Body.CopyTo(_body, 0);
        var decoder = default(ChunkedDecoder);
        complete &= decoder.Decode(_body, out _, out _, out _) == ChunkedStatus.Done;
        if (!complete)
        {
            throw new InvalidOperationException("the exchange of this test is not whole");
        }
    }
}
