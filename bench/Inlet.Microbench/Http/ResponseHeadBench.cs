using BenchmarkDotNet.Attributes;
using Inlet.Http;

namespace Inlet.Microbench.Http;

/// <summary>Parsing a response head, and writing the one that goes to the client.</summary>
[MemoryDiagnoser]
public class ResponseHeadBench
{
    private readonly ResponseHead _head = new();
    private readonly ResponseHead _parsed = new();
    private readonly byte[] _outgoing = new byte[8192];

    public ResponseHeadBench() => _ = ResponseHeadParser.Parse(Heads.Response, _parsed, 32768, out _);

    [Benchmark]
    public int Parse() => ResponseHeadParser.Parse(Heads.Response, _head, 32768, out var refusal) == ParseStatus.Complete
        ? _head.Length
        : throw new InvalidOperationException($"the head of this benchmark was refused: {refusal}");

    [Benchmark]
    public int Rewrite() => ResponseHeadWriter.Write(_parsed, Heads.Response, BodyFraming.Length, close: false, toHttp10: false, _outgoing);
}
