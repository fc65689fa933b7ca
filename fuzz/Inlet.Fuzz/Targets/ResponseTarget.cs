using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>A response head is judged the same however it arrives, and the client reads it as the proxy did.</summary>
internal static class ResponseTarget
{
    private const int MaxHead = 4096;

    public static void Run(byte[] input)
    {
        var head = new ResponseHead();
        var status = ResponseHeadParser.Parse(input, head, MaxHead, out var refusal);
        var length = head.Length;
        for (var cut = 0; cut < input.Length; cut += 1 + (input.Length / 64))
        {
            var partial = ResponseHeadParser.Parse(input.AsSpan(0, cut), head, MaxHead, out var reason);
            Hold(partial == ParseStatus.Incomplete || partial == status, $"{status} whole and {partial} at {cut}");
            Hold(partial != ParseStatus.Refused || reason == refusal, $"refused as {refusal} whole and as {reason} at {cut}");
        }

        if (status != ParseStatus.Complete)
        {
            return;
        }

        _ = ResponseHeadParser.Parse(input, head, MaxHead, out _);
        Hold(head.Length == length && length <= input.Length, "one length");
        var framing = head.FramingFor(toHead: false);
        var toClient = framing == BodyFraming.UntilClose ? BodyFraming.Chunked : framing;
        var sent = new byte[8 * 1024];
        var written = ResponseHeadWriter.Write(head, input, toClient, close: false, toHttp10: false, sent);
        Hold(written > 0, "room for the head");
        var again = new ResponseHead();
        Hold(ResponseHeadParser.Parse(sent.AsSpan(0, written), again, sent.Length, out refusal) == ParseStatus.Complete, $"what is sent is refused: {refusal}");
        Hold(again.Length == written, "one response is sent, not more");
        Hold(again.Status == head.Status, "the same status");
        Hold(again.FramingFor(toHead: false) == toClient || head.IsInterim, $"framed as {toClient}, read as {again.FramingFor(false)}");
    }
}
