using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>A request head is judged the same however it arrives, and what is sent on for it reads as the same request.</summary>
internal static class RequestTarget
{
    private const int MaxLine = 1024;
    private const int MaxHead = 4096;

    public static void Run(byte[] input)
    {
        var head = new RequestHead();
        var status = RequestHeadParser.Parse(input, head, MaxLine, MaxHead, out var refusal);
        var length = head.Length;
        for (var cut = 0; cut < input.Length; cut += 1 + (input.Length / 64))
        {
            var partial = RequestHeadParser.Parse(input.AsSpan(0, cut), head, MaxLine, MaxHead, out var reason);
            Hold(partial == ParseStatus.Incomplete || partial == status, $"{status} whole and {partial} at {cut}");
            Hold(partial != ParseStatus.Refused || reason == refusal, $"refused as {refusal} whole and as {reason} at {cut}");
            Hold(partial != ParseStatus.Complete || head.Length == length, "one length");
        }

        if (status == ParseStatus.Complete)
        {
            _ = RequestHeadParser.Parse(input, head, MaxLine, MaxHead, out _);
            Hold(length <= input.Length && input.AsSpan(0, length).EndsWith("\r\n\r\n"u8), "ends behind its empty line");
            Forward(input, head);
        }
    }

    private static void Forward(byte[] input, RequestHead head)
    {
        var path = new byte[head.PathLength + 1];
        if (!PathCanonicalizer.TryCanonicalize(head.Path(input), path, out var pathLength))
        {
            return;
        }

        var sent = new byte[16 * 1024];
        var facts = new ForwardingFacts
        {
            PeerAddress = "192.0.2.1"u8,
            ClientAddress = "192.0.2.1"u8,
            Scheme = "http"u8,
            Port = "80"u8,
            RequestId = "0123456789abcdef"u8,
            TrustPeer = input.Length % 2 == 0,
        };
        var length = RequestHeadWriter.Write(head, input, path.AsSpan(0, pathLength), facts, sent);
        Hold(length > 0, "room for the head");
        var again = new RequestHead();
        if (head.HostLength == 0)
        {
            // HTTP/1.0 without a host: nothing that HTTP/1.1 could say.
            return;
        }

        // What is added may bring it above the number of fields we accept ourselves.
        if (head.Block.Count > FieldBlock.MaxFields - 10)
        {
            return;
        }

        Hold(RequestHeadParser.Parse(sent.AsSpan(0, length), again, 8 * 1024, sent.Length, out var refusal) == ParseStatus.Complete, $"what is sent is refused: {refusal}");
        Hold(again.Length == length, "one request is sent, not more");
        Hold(again.Method == head.Method && again.Path(sent).SequenceEqual(path.AsSpan(0, pathLength)) && again.Query(sent).SequenceEqual(head.Query(input)), "the same target");
        Hold(again.Host(sent).SequenceEqual(head.Host(input)), "the same host");
        Hold(again.Block.Chunked == head.Block.Chunked && again.Block.ContentLength == head.Block.ContentLength, "the same framing");
        Hold(again.WantsUpgrade == head.WantsUpgrade, "the same wish to upgrade");
    }
}
