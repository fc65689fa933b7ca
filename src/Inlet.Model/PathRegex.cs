using System.Text.RegularExpressions;

namespace Inlet.Model;

/// <summary>
/// Regular expressions of paths (<see cref="PathMatchKind.Regex"/>), on the engine whose time grows with the path's length only:
/// a tenant's pattern must not be able to keep a loop busy.
/// </summary>
public static class PathRegex
{
    public const int MaxLength = 1024;

    // Bounds what a pattern such as (a{900}){900} may cost in memory; the engine refuses what is larger.
    private const int MaxStates = 10_000;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    static PathRegex() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxStates);

    /// <summary>Matches texts that hold somewhere what the pattern describes, in this case.</summary>
    /// <inheritdoc cref="Compile" path="/exception"/>
    public static Regex CompileSearch(string pattern) => Checked(pattern, static pattern => new Regex(pattern, Options & ~RegexOptions.IgnoreCase));

    /// <summary>Matches paths that begin with what the pattern describes, whatever their case.</summary>
    /// <exception cref="FormatException">The pattern is none, too large, or needs backtracking; the message says which.</exception>
    public static Regex Compile(string pattern) => Checked(pattern, static pattern =>
    {
        // Alone first: in the parentheses below a pattern such as a)(b would be another one.
        _ = new Regex(pattern, Options);
        return new Regex($@"\A(?:{pattern})", Options);
    });

    private static Regex Checked(string pattern, Func<string, Regex> compile)
    {
        if (pattern.Length > MaxLength)
        {
            throw new FormatException($"is longer than {MaxLength} characters");
        }

        try
        {
            return compile(pattern);
        }
        catch (RegexParseException exception)
        {
            throw new FormatException($"is no regular expression: {exception.Error} at character {exception.Offset}", exception);
        }
        catch (NotSupportedException exception)
        {
            throw new FormatException("is a regular expression that could take for ever or is too large (look-around, back-references, atomic groups, large repetitions)", exception);
        }
    }
}
