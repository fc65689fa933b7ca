using System.Text.RegularExpressions;

namespace Inlet.Model;

/// <summary>Regular expressions of paths (<see cref="PathMatchKind.Regex"/>).</summary>
public static class PathRegex
{
    /// <summary>Matches paths that begin with what the pattern describes, whatever their case.</summary>
    /// <exception cref="FormatException">The pattern is none, too large, or needs backtracking; the message says which.</exception>
    public static Regex Compile(string pattern) => BoundedRegex.Compile(pattern, @"\A", ignoreCase: true);
}
