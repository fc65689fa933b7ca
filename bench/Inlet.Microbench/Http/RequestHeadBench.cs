using BenchmarkDotNet.Attributes;
using Inlet.Http;

namespace Inlet.Microbench.Http;

/// <summary>Parsing a request head, and writing the one that goes upstream.</summary>
[MemoryDiagnoser]
public class RequestHeadBench
{
    private readonly RequestHead _head = new();
    private readonly RequestHead _short = Parsed(Heads.Short);
    private readonly RequestHead _browser = Parsed(Heads.Browser);
    private readonly RequestHead _behindProxies = Parsed(Heads.BehindProxies);
    private readonly byte[] _outgoing = new byte[8192];

    [Benchmark]
    public int Parse_short() => Parse(Heads.Short, _head);

    [Benchmark]
    public int Parse_browser() => Parse(Heads.Browser, _head);

    [Benchmark]
    public int Parse_behind_proxies() => Parse(Heads.BehindProxies, _head);

    [Benchmark]
    public int Rewrite_short() => Rewrite(_short, Heads.Short);

    [Benchmark]
    public int Rewrite_browser() => Rewrite(_browser, Heads.Browser);

    [Benchmark]
    public int Rewrite_behind_proxies() => Rewrite(_behindProxies, Heads.BehindProxies);

    private static RequestHead Parsed(byte[] source)
    {
        var head = new RequestHead();
        Parse(source, head);
        return head;
    }

    private static int Parse(byte[] source, RequestHead head) =>
        RequestHeadParser.Parse(source, head, 8192, 32768, out var refusal) == ParseStatus.Complete
            ? head.Length
            : throw new InvalidOperationException($"the head of this benchmark was refused: {refusal}");

    private int Rewrite(RequestHead head, byte[] source) => RequestHeadWriter.Write(
        head, source, head.Path(source),
        new ForwardingFacts
        {
            ClientAddress = "203.0.113.9"u8,
            PeerAddress = "203.0.113.9"u8,
            Scheme = "https"u8,
            Port = "443"u8,
            RequestId = "0af7651916cd43dd8448eb211c80319c"u8,
            TrustPeer = false,
        },
        _outgoing);
}
