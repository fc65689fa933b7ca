using System.Text.RegularExpressions;

namespace Inlet.Model;

/// <summary>
/// Regular expressions that users write, on the engine whose time grows with the text's length only: a tenant's pattern must not
/// be able to keep a loop busy.
/// </summary>
public static class BoundedRegex
{
    public const int MaxLength = 1024;

    // Bounds what a pattern such as (a{900}){900} may cost in memory; the engine refuses what is larger.
    private const int MaxStates = 10_000;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    static BoundedRegex() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxStates);

    /// <param name="pattern">As written. Found anywhere in a text.</param>
    /// <param name="before">Put in front of the whole pattern, such as <c>\A</c>.</param>
    /// <exception cref="FormatException">The pattern is none, too large, or needs backtracking; the message says which.</exception>
    public static Regex Compile(string pattern, string before = "", bool ignoreCase = false)
    {
        if (pattern.Length > MaxLength)
        {
            throw new FormatException($"is longer than {MaxLength} characters");
        }

        var options = ignoreCase ? Options | RegexOptions.IgnoreCase : Options;
        try
        {
            // Alone first: in the parentheses below a pattern such as a)(b would be another one.
            var alone = new Regex(pattern, options);
            return before.Length == 0 ? alone : new Regex($"{before}(?:{pattern})", options);
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
