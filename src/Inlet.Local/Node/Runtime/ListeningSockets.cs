using System.Globalization;

namespace Inlet.Local.Node.Runtime;

/// <summary>A TCP socket of this machine's network that listens.</summary>
/// <param name="Inode">The number by which descriptors name it: <c>socket:[N]</c>.</param>
/// <param name="User">Who made it.</param>
internal readonly record struct ListeningSocket(ulong Inode, uint User);

/// <summary>Reads which sockets listen (/proc/net/tcp and tcp6), and which processes hold them.</summary>
internal static class ListeningSockets
{
    private const string ListenState = "0A";
    private const string LoopbackV4 = "0100007F";
    private const string MappedLoopback = "0000000000000000FFFF00000100007F";

    /// <summary>Those that a connection to 127.0.0.1 could reach at a port.</summary>
    public static IReadOnlyList<ListeningSocket> On(int port) => [.. Read("/proc/net/tcp", port), .. Read("/proc/net/tcp6", port)];

    /// <summary>Whether the process has one of the sockets; false also when its descriptors may not be looked at.</summary>
    public static bool IsHeldBy(int pid, IReadOnlyCollection<string> names)
    {
        try
        {
            foreach (var descriptor in new DirectoryInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd").EnumerateFileSystemInfos())
            {
                if (descriptor.LinkTarget is { } target && names.Contains(target))
                {
                    return true;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Ended meanwhile, or another user's.
        }

        return false;
    }

    public static string NameOf(ListeningSocket socket) => string.Create(CultureInfo.InvariantCulture, $"socket:[{socket.Inode}]");

    // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    private static IEnumerable<ListeningSocket> Read(string table, int port)
    {
        if (!File.Exists(table))
        {
            yield break;
        }

        var ending = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.ReadLines(table))
        {
            if (line.Contains(ending, StringComparison.Ordinal)
                && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 9 } fields
                && fields[3] == ListenState && fields[1].EndsWith(ending, StringComparison.Ordinal) && IsReached(fields[1][..^ending.Length]))
            {
                yield return new ListeningSocket(ulong.Parse(fields[9], CultureInfo.InvariantCulture), uint.Parse(fields[7], CultureInfo.InvariantCulture));
            }
        }
    }

    private static bool IsReached(string address) => address is LoopbackV4 or MappedLoopback || address.AsSpan().TrimStart('0').IsEmpty;
}
