using System.Globalization;
using System.Text;

namespace Inlet.Corpus;

/// <summary>The cases of <c>requests.tsv</c>, whose first lines say what they mean.</summary>
public static class RequestCorpus
{
    private static readonly Lazy<Dictionary<string, RequestCase>> All = new(static () => Read().ToDictionary(static one => one.Name));

    public static IEnumerable<string> Names => All.Value.Keys;

    public static RequestCase Find(string name) => All.Value[name];

    private static IEnumerable<RequestCase> Read()
    {
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "requests.tsv")))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var parts = line.Split('\t');
            yield return new RequestCase(parts[0], parts[1].Split(' '), Unescape(parts[2]));
        }
    }

    private static byte[] Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\')
            {
                bytes.Add((byte)text[at]);
                continue;
            }

            switch (text[++at])
            {
                case 'r':
                    bytes.Add((byte)'\r');
                    break;
                case 'n':
                    bytes.Add((byte)'\n');
                    break;
                case 't':
                    bytes.Add((byte)'\t');
                    break;
                case 'x':
                    bytes.Add(byte.Parse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    at += 2;
                    break;
                case '\\':
                    bytes.Add((byte)'\\');
                    break;
                default:
                    throw new FormatException($"The corpus holds an unknown escape: {text}");
            }
        }

        return [.. bytes];
    }
}

/// <param name="Outcome">Statuses in order, each with <c>!</c> when the connection ends behind it.</param>
public sealed record RequestCase(string Name, string[] Outcome, byte[] Bytes)
{
    public override string ToString() => Encoding.Latin1.GetString(Bytes);
}
