using BenchmarkDotNet.Attributes;
using Inlet.Http;

namespace Inlet.Microbench.Http;

/// <summary>The canonical path: most need only the look, some the work.</summary>
[MemoryDiagnoser]
public class PathBench
{
    private static readonly byte[] PlainPath = "/catalogue/shoes/size-42/blue.html"u8.ToArray();
    private static readonly byte[] EscapedPath = "/catalogue/./caf%c3%a9//%7Euser/../menu%2Fday"u8.ToArray();
    private readonly byte[] _path = new byte[256];

    [Benchmark]
    public int Plain() => Canonicalize(PlainPath);

    [Benchmark]
    public int Escaped() => Canonicalize(EscapedPath);

    private int Canonicalize(byte[] path) =>
        !PathCanonicalizer.NeedsWork(path) ? path.Length : PathCanonicalizer.TryCanonicalize(path, _path, out var written) ? written : -1;
}
