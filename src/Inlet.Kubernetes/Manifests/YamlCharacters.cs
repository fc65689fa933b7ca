using System.Text;

namespace Inlet.Kubernetes;

/// <summary>
/// The characters YAML text may hold (YAML 1.2 section 5.1, c-printable). The parser ends a document in silence at a zero
/// character, and everything behind it would be lost.
/// </summary>
internal static class YamlCharacters
{
    /// <exception cref="ManifestException">At the first character YAML forbids.</exception>
    public static void Check(string text, string file)
    {
        var (line, column, index) = (1, 1, 0);
        while (index < text.Length)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out var length) != System.Buffers.OperationStatus.Done || !IsAllowed(rune.Value))
            {
                throw new ManifestException(
                    file, line, column, $"the character U+{(int)text[index]:X4} is not allowed in YAML: remove it, or write it as an escape in double quotes");
            }

            index += length;
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + 1);
        }
    }

    private static bool IsAllowed(int rune) =>
        rune is '\t' or '\n' or '\r' or (>= 0x20 and <= 0x7E) or 0x85 or (>= 0xA0 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or >= 0x10000;
}
