using Inlet.Corpus;

namespace Inlet.Http.Tests;

/// <summary>What the request parser says of the corpus must not depend on how much of it had arrived.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Names() => [.. RequestCorpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Verdict_once_given_stays_whatever_follows(string name)
    {
        var bytes = RequestCorpus.Find(name).Bytes;
        var head = new RequestHead();
        var first = ParseStatus.Incomplete;
        var reason = HttpRefusal.None;
        var length = 0;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var status = RequestHeadParser.Parse(bytes.AsSpan(0, cut), head, 8192, 32768, out var refusal);
            if (first == ParseStatus.Incomplete)
            {
                (first, reason, length) = (status, refusal, status == ParseStatus.Complete ? head.Length : 0);
            }
            else
            {
                Assert.Equal((first, reason, length), (status, refusal, status == ParseStatus.Complete ? head.Length : 0));
            }
        }
    }
}
