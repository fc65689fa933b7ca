using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>A PROXY protocol header is judged the same however it arrives, and ends inside its bounds.</summary>
internal static class ProxyHeaderTarget
{
    public static void Run(byte[] input)
    {
        var status = ProxyHeaderParser.Parse(input, out var header);
        Hold(status != ParseStatus.Complete || (header.Length > 0 && header.Length <= Math.Min(input.Length, ProxyHeaderParser.MaxBytes)), "ends inside its bounds");
        for (var cut = 0; cut < input.Length; cut++)
        {
            var partial = ProxyHeaderParser.Parse(input.AsSpan(0, cut), out var early);
            Hold(partial == ParseStatus.Incomplete || partial == status, $"{status} whole and {partial} at {cut}");
            Hold(partial != ParseStatus.Complete || early == header, "one meaning");
            Hold(partial != ParseStatus.Complete || cut >= header.Length, "not before its end");
        }

        Hold(status != ParseStatus.Incomplete || input.Length < ProxyHeaderParser.MaxBytes, "decided by its longest");
    }
}
