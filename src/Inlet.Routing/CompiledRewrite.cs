using System.Text;
using System.Text.RegularExpressions;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>A path made from a template and what the route's regular expression captured.</summary>
public sealed class CompiledRewrite
{
    private readonly (byte[] Text, int Group)[] _parts;
    private readonly Regex? _pattern;

    /// <param name="pattern">Null for a route without one: its captures are empty.</param>
    internal CompiledRewrite(RewritePolicy policy, Regex? pattern)
    {
        _parts = [.. policy.Parts.Select(static part => (Encoding.ASCII.GetBytes(part.Text), part.Group))];
        _pattern = pattern is not null && _parts.Any(static part => part.Group > 0) ? pattern : null;
    }

    /// <summary>Allocates when there are captures: the engine gives them for strings only.</summary>
    /// <param name="path">The canonical path that was matched.</param>
    /// <returns>Bytes written, from <c>/</c> on and not canonical; -1 when <paramref name="destination"/> is too small.</returns>
    public int Write(ReadOnlySpan<byte> path, Span<byte> destination)
    {
        var match = _pattern?.Match(Encoding.Latin1.GetString(path));
        if (destination.IsEmpty)
        {
            return -1;
        }

        destination[0] = (byte)'/';
        var written = 1;
        foreach (var (text, group) in _parts)
        {
            // The path's first slash is there already, whether the template or a capture brings one or none does.
            var captured = group == 0 || match is null ? default : match.Groups[group].ValueSpan;
            var length = group == 0 ? text.Length : captured.Length;
            if (length > destination.Length - written)
            {
                return -1;
            }

            if (group == 0)
            {
                text.CopyTo(destination[written..]);
            }
            else
            {
                Encoding.Latin1.GetBytes(captured, destination[written..]);
            }

            written += length;
        }

        return written;
    }
}
