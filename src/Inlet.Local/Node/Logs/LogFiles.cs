using System.Globalization;

namespace Inlet.Local.Node.Logs;

/// <summary>
/// The names of one container's log files: <c>ATTEMPT.SEGMENT.log</c>. A segment that is full is followed by the next number,
/// never renamed, so that a reader in the middle of it just goes on.
/// </summary>
internal static class LogFiles
{
    public static string Path(string directory, int attempt, int segment) =>
        System.IO.Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{attempt}.{segment}.log"));

    /// <summary>The segments there are of one attempt, oldest first.</summary>
    public static IReadOnlyList<int> Segments(string directory, int attempt) =>
        [.. All(directory).Where(f => f.Attempt == attempt).Select(f => f.Segment).Order()];

    public static void DeleteAttemptsBefore(string directory, int attempt)
    {
        foreach (var (old, segment) in All(directory).Where(f => f.Attempt < attempt).ToList())
        {
            File.Delete(Path(directory, old, segment));
        }
    }

    private static IEnumerable<(int Attempt, int Segment)> All(string directory)
    {
        if (!Directory.Exists(directory))
        {
            yield break;
        }

        foreach (var file in Directory.EnumerateFiles(directory, "*.log"))
        {
            if (System.IO.Path.GetFileName(file).Split('.') is [var attempt, var segment, _]
                && int.TryParse(attempt, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
                && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var s))
            {
                yield return (a, s);
            }
        }
    }
}
