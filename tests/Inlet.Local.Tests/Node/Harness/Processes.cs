using System.Globalization;

namespace Inlet.Local.Tests.Node.Harness;

/// <summary>Looks at the machine's processes, past the agent.</summary>
internal static class Processes
{
    /// <summary>Those whose environment, or the environment they came from, names the pod.</summary>
    public static IReadOnlyList<int> OfPod(string uid)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                    && File.ReadAllText(Path.Combine(directory, "environ")).Contains(uid, StringComparison.Ordinal)
                    && !File.ReadAllText(Path.Combine(directory, "stat")).Contains(") Z ", StringComparison.Ordinal))
                {
                    found.Add(pid);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile.
            }
        }

        return found;
    }
}
