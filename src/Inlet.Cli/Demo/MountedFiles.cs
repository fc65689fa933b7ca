using System.Text;
using System.Text.RegularExpressions;

namespace Inlet.Cli.Demo;

/// <summary>
/// The files of the volumes mounted into this process. ConfigMap, Secret, projected and downwardAPI volumes are known by the
/// <c>..data</c> link through which Kubernetes replaces their content; the ServiceAccount's credentials are never shown.
/// </summary>
internal static partial class MountedFiles
{
    private const int LongestFile = 64 * 1024;
    // /var/run is a link to /run on most systems, and the mount table names what it points to.
    private const string ServiceAccountDirectory = "/run/secrets/kubernetes.io/serviceaccount";
    private const string MountTable = "/proc/self/mountinfo";

    public static IEnumerable<KeyValuePair<string, string>> Read(IEnumerable<string> directories) =>
        Volumes().Concat(directories).Select(Path.GetFullPath).Distinct().SelectMany(ReadBelow).DistinctBy(static file => file.Key);

    private static IEnumerable<string> Volumes() =>
        !File.Exists(MountTable)
            ? []
            : File.ReadLines(MountTable)
                .Select(static line => Unescape(line.Split(' ')[4]))
                .Where(static mount => !mount.EndsWith(ServiceAccountDirectory, StringComparison.Ordinal))
                .Where(static mount => Directory.Exists(Path.Combine(mount, "..data")));

    private static IEnumerable<KeyValuePair<string, string>> ReadBelow(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        // "..data" and the directory it points to hold every file a second time.
        return Directory.EnumerateFiles(directory)
            .Concat(Directory.EnumerateDirectories(directory).Where(static sub => !Path.GetFileName(sub).StartsWith("..", StringComparison.Ordinal)).SelectMany(static sub => Directory.EnumerateFiles(sub, "*", SearchOption.AllDirectories)))
            .Select(ReadFile)
            .OfType<KeyValuePair<string, string>>();
    }

    private static KeyValuePair<string, string>? ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[LongestFile];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return KeyValuePair.Create(path, Encoding.UTF8.GetString(bytes, 0, count));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A volume may change under our hands, and one unreadable file is no reason to hide the others.
            return null;
        }
    }

    // proc(5): space, tab, newline and backslash are written as octal.
    private static string Unescape(string field) =>
        Octal().Replace(field, static match => ((char)Convert.ToInt32(match.Value[1..], 8)).ToString());

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
