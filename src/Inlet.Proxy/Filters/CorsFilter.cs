using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>Decides whether scripts of an origin may see a route's answers, and tells their browser.</summary>
internal sealed class CorsFilter
{
    private static readonly string[] Names =
    [
        "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    ];

    private readonly byte[][] _origins;
    private readonly (byte[] Before, byte[] After)[] _wildcards;

    public CorsFilter(CorsPolicy policy)
    {
        AllowsAll = policy.Origins.Contains("*");
        _origins = [.. policy.Origins.Where(static origin => !origin.Contains('*')).Select(Encoding.ASCII.GetBytes)];
        _wildcards = [.. policy.Origins.Where(static origin => origin.Length > 1).Select(static origin => (origin, at: origin.IndexOf('*')))
            .Where(static pair => pair.at >= 0)
            .Select(static pair => (Encoding.ASCII.GetBytes(pair.origin[..pair.at]), Encoding.ASCII.GetBytes(pair.origin[(pair.at + 1)..])))];
        var text = new StringBuilder(AllowsAll ? "Access-Control-Allow-Origin: *\r\n" : "");
        if (policy.AllowCredentials)
        {
            text.Append("Access-Control-Allow-Credentials: true\r\n");
        }

        text.Append($"Access-Control-Allow-Methods: {policy.AllowMethods}\r\nAccess-Control-Allow-Headers: {policy.AllowHeaders}\r\n");
        if (policy.ExposeHeaders.Length > 0)
        {
            text.Append($"Access-Control-Expose-Headers: {policy.ExposeHeaders}\r\n");
        }

        text.Append($"Access-Control-Max-Age: {policy.MaxAge}\r\n");
        Fields = Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The fields that are ours where the origin is allowed.</summary>
    public static IReadOnlyList<string> FieldNames => Names;

    public bool AllowsAll { get; }

    /// <summary>Whole field lines; without the origin unless it is <c>*</c>.</summary>
    public byte[] Fields { get; }

    /// <param name="origin">The value of Origin; empty when there is none.</param>
    public bool Allows(ReadOnlySpan<byte> origin)
    {
        if (AllowsAll)
        {
            return true;
        }

        if (origin.IsEmpty)
        {
            return false;
        }

        foreach (var allowed in _origins)
        {
            if (Ascii.EqualsIgnoreCase(origin, allowed))
            {
                return true;
            }
        }

        foreach (var (before, after) in _wildcards)
        {
            var label = origin.Length - before.Length - after.Length;
            if (label > 0 && Ascii.EqualsIgnoreCase(origin[..before.Length], before) && Ascii.EqualsIgnoreCase(origin[(before.Length + label)..], after)
                && IsLabel(origin.Slice(before.Length, label)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLabel(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character != '-')
            {
                return false;
            }
        }

        return true;
    }
}
