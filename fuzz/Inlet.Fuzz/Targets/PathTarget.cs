using Inlet.Http;
using static Inlet.Fuzz.FuzzTargets;

namespace Inlet.Fuzz;

/// <summary>A canonical path is its own canonical form and holds nothing that another reader could resolve differently.</summary>
internal static class PathTarget
{
    public static void Run(byte[] input)
    {
        var path = (byte[])[(byte)'/', .. input];
        var canonical = new byte[path.Length];
        if (!PathCanonicalizer.TryCanonicalize(path, canonical, out var length))
        {
            Hold(PathCanonicalizer.NeedsWork(path), "what is refused is looked at");
            return;
        }

        var result = canonical.AsSpan(0, length);
        Hold(length > 0 && length <= path.Length && result[0] == '/', "a path");
        Hold(PathCanonicalizer.NeedsWork(path) || result.SequenceEqual(path), "left alone only when it is canonical");
        Hold(result.IndexOf("//"u8) < 0 && result.IndexOf("%00"u8) < 0, "no empty element, no NUL");
        foreach (var element in System.Text.Encoding.Latin1.GetString(result).Split('/'))
        {
            Hold(element is not ("." or ".."), "no dots");
        }

        var again = new byte[length];
        Hold(PathCanonicalizer.TryCanonicalize(result, again, out var second) && result.SequenceEqual(again.AsSpan(0, second)), "its own canonical form");
    }
}
