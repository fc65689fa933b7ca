using System.Globalization;
using System.Text;

namespace Inlet.Local.Node.Logs;

/// <summary>
/// A line as Kubernetes' container runtimes write it (CRI): <c>time stream tag content</c>. The time is RFC 3339 in UTC with
/// nine digits of fraction; the tag is F for a full line and P for a part of one too long.
/// </summary>
internal static class LogFormat
{
    public const int TimeLength = 30;

    /// <summary>Bytes before the content: the time, <c> stdout F </c>.</summary>
    public const int HeadLength = TimeLength + 10;

    public static void WriteHead(Span<byte> head, DateTimeOffset time, bool isError, bool isFull)
    {
        time.UtcDateTime.TryFormat(head, out _, "yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        head[TimeLength] = (byte)' ';
        (isError ? "stderr "u8 : "stdout "u8).CopyTo(head[(TimeLength + 1)..]);
        head[TimeLength + 8] = (byte)(isFull ? 'F' : 'P');
        head[TimeLength + 9] = (byte)' ';
    }

    /// <returns>False for a line this program did not write.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out DateTimeOffset time, out bool isFull, out ReadOnlySpan<byte> content)
    {
        time = default;
        isFull = true;
        content = default;
        if (line.Length < HeadLength || line[HeadLength - 1] != ' ')
        {
            return false;
        }

        isFull = line[HeadLength - 2] == 'F';
        content = line[HeadLength..];
        // The last two digits are finer than .NET's clock.
        Span<char> text = stackalloc char[TimeLength];
        Encoding.ASCII.GetChars(line[..TimeLength], text);
        return DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
