using System.Globalization;

namespace Inlet.Bench.Machine;

/// <summary>What <c>/proc</c> says of a process and its descendants (a master and its workers count as one proxy).</summary>
internal static class ProcessTree
{
    /// <summary>USER_HZ, which Linux fixes at 100 for all that <c>/proc</c> prints.</summary>
    private const double TicksPerSecond = 100;

    public static IReadOnlyList<int> Of(int root)
    {
        var all = new List<int> { root };
        for (var at = 0; at < all.Count; at++)
        {
            var children = Read($"/proc/{all[at]}/task/{all[at]}/children");
            all.AddRange(children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, CultureInfo.InvariantCulture)));
        }

        return all;
    }

    /// <summary>User and system time so far, in seconds; its grain is 10 ms.</summary>
    public static double CpuSeconds(int root) => Of(root).Sum(static id => CpuSecondsOfStat($"/proc/{id}/stat"));

    /// <summary>The same, with what descendants that have ended used.</summary>
    public static double CpuSecondsEver(int root) => Of(root).Sum(static id => CpuSecondsOfStat($"/proc/{id}/stat", fields: 4));

    /// <summary>The same by thread name, for the threads whose name starts with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<double> ThreadCpuSeconds(int process, string prefix) =>
        [.. Directory.GetDirectories($"/proc/{process}/task")
            .Where(task => Read($"{task}/comm").StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(static task => CpuSecondsOfStat($"{task}/stat"))];

    public static long RssBytes(int root) => Of(root).Sum(RssBytesOf);

    public static double CpuSecondsOf(int process) => CpuSecondsOfStat($"/proc/{process}/stat");

    public static long RssBytesOf(int process) => Kilobytes($"/proc/{process}/status", "VmRSS:");

    /// <summary>Pages shared by n processes count 1/n.</summary>
    public static long PssBytesOf(int process) => Kilobytes($"/proc/{process}/smaps_rollup", "Pss:");

    /// <summary>The program's file name and its arguments.</summary>
    public static string[] CommandLine(int process)
    {
        var words = Read($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0');
        words[0] = Path.GetFileName(words[0]);
        return words;
    }

    private static long Kilobytes(string file, string field)
    {
        var line = Read(file).Split('\n').FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static double CpuSecondsOfStat(string path, int fields = 2)
    {
        var stat = Read(path);
        if (stat.Length == 0)
        {
            return 0;
        }

        // The command's name may hold spaces and parentheses; what follows its last parenthesis does not. proc(5): fields 14 to 17
        // are utime, stime, cutime, cstime.
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Skip(11).Take(fields)
            .Sum(static field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Empty when the process has ended meanwhile.</summary>
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
