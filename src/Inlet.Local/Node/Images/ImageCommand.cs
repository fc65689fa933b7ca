using System.Text;

namespace Inlet.Local.Node.Images;

/// <summary>
/// What an image name means where no engine runs images: the program of this machine that stands in for its entry point
/// (<c>--image NAME=COMMAND</c>). A container's <c>command</c> replaces it, its <c>args</c> follow it, as with a real image.
/// </summary>
/// <param name="Name">As manifests write it; without a tag it means every tag.</param>
/// <param name="Command">Program and arguments; never empty.</param>
public sealed record ImageCommand(string Name, IReadOnlyList<string> Command)
{
    /// <summary>Words are split at blanks, except between quotes; a backslash takes the next character as it is. No shell is involved.</summary>
    /// <exception cref="FormatException">It is no <c>NAME=COMMAND</c>; says what is wrong.</exception>
    public static ImageCommand Parse(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : text[..equals].Trim();
        if (equals < 0 || ImageReference.TryParse(name) is null)
        {
            throw new FormatException($"{text}: write NAME=COMMAND, as in nginx='nginx -g \"daemon off;\"'");
        }

        var words = Words(text[(equals + 1)..]) ?? throw new FormatException($"{text}: a quotation mark is not closed");
        return words.Count > 0 ? new ImageCommand(name, words) : throw new FormatException($"{text}: a command must follow the equals sign");
    }

    /// <summary>One <c>NAME=COMMAND</c> a line; empty lines and those that begin with # say nothing.</summary>
    /// <exception cref="FormatException">A line is none; names file and line.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<ImageCommand> ReadFile(string path)
    {
        var commands = new List<ImageCommand>();
        foreach (var (line, index) in File.ReadLines(path).Select(static (line, index) => (line.Trim(), index)))
        {
            if (line.Length > 0 && !line.StartsWith('#'))
            {
                try
                {
                    commands.Add(Parse(line));
                }
                catch (FormatException e)
                {
                    throw new FormatException($"{path}:{index + 1}: {e.Message}");
                }
            }
        }

        return commands;
    }

    /// <returns>Null when a quotation is left open.</returns>
    private static List<string>? Words(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && quote != '\'' && i + 1 < text.Length)
            {
                (word ??= new()).Append(text[++i]);
            }
            else if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word!.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                word ??= new();
            }
            else if (!char.IsWhiteSpace(c))
            {
                (word ??= new()).Append(c);
            }
            else if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return quote == '\0' ? words : null;
    }
}
