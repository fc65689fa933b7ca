using System.Globalization;
using System.Text;

namespace Inlet.Fuzz;

/// <summary>Inputs as text, one a line, so that a change of a corpus can be read: <c>\\</c> and <c>\xHH</c>, all other bytes as they are.</summary>
public static class CorpusFile
{
    /// <summary>Longer inputs say nothing that a shorter one does not.</summary>
    private const int LongestInput = 2048;

    public static IEnumerable<byte[]> Read(string path) => File.ReadLines(path).Select(Unescape);

    /// <summary>Adds what is not there yet.</summary>
    public static void Add(string path, IEnumerable<byte[]> inputs)
    {
        var lines = File.Exists(path) ? File.ReadLines(path).ToList() : [];
        var known = lines.ToHashSet(StringComparer.Ordinal);
        lines.AddRange(inputs.Where(static input => input.Length <= LongestInput).Select(Escape).Where(known.Add));
        File.WriteAllLines(path, lines);
    }

    private static string Escape(byte[] bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes)
        {
            if (value is >= 0x20 and < 0x7f and not (byte)'\\')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
            }
        }

        return text.ToString();
    }

    private static byte[] Unescape(string line)
    {
        var bytes = new List<byte>(line.Length);
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '\\')
            {
                bytes.Add(byte.Parse(line.AsSpan(at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 3;
            }
            else
            {
                bytes.Add((byte)line[at]);
            }
        }

        return [.. bytes];
    }
}
