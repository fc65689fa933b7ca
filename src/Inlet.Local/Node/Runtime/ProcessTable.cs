using System.Globalization;
using System.Text;

namespace Inlet.Local.Node.Runtime;

/// <summary>One line of the kernel's process table.</summary>
/// <param name="StartTicks">Since boot. With the number, it names a process for good: a number alone is given out again.</param>
internal readonly record struct ProcessEntry(int Pid, int Session, char State, ulong StartTicks);

/// <summary>Reads /proc, and kills by what it says there.</summary>
internal static class ProcessTable
{
    private const int LongestEnvironment = 256 * 1024;

    /// <summary>Null when there is no such process.</summary>
    public static ProcessEntry? Find(int pid)
    {
        try
        {
            return Parse(pid, File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static IEnumerable<ProcessEntry> All()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Find(pid) is { } entry)
            {
                yield return entry;
            }
        }
    }

    /// <summary>Whether the environment the process was started with has a variable that begins so, name included.</summary>
    public static bool EnvironmentHas(int pid, string variable)
    {
        var environment = EnvironmentOf(pid);
        return environment.StartsWith(variable, StringComparison.Ordinal) || environment.Contains('\0' + variable, StringComparison.Ordinal);
    }

    /// <summary>Null when the environment the process was started with has no such variable.</summary>
    public static string? EnvironmentValue(int pid, string name) =>
        EnvironmentOf(pid).Split('\0').FirstOrDefault(v => v.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    /// <summary>The name of what the process runs, as <c>ps</c> shows it; at most 15 characters.</summary>
    public static string CommandName(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/comm").TrimEnd();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }

    /// <summary>What /proc says the process' network namespace is, as in <c>net:[4026531840]</c>; null when unknown.</summary>
    public static string? NetworkNamespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/ns/net").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Kills each process of the table that is chosen; again and again until none is left, for they may be forking.</summary>
    public static void KillAll(Func<ProcessEntry, bool> chosen)
    {
        for (var round = 0; round < 10; round++)
        {
            var killed = 0;
            foreach (var entry in All())
            {
                if (entry.State is not ('Z' or 'X') && entry.Pid != Environment.ProcessId && chosen(entry) && Kill(entry))
                {
                    killed++;
                }
            }

            if (killed == 0)
            {
                return;
            }
        }
    }

    /// <summary>Kills just this process, never another that has its number by now.</summary>
    private static bool Kill(ProcessEntry entry)
    {
        var pidfd = Libc.PidfdOpen(entry.Pid);
        if (pidfd < 0)
        {
            return false;
        }

        try
        {
            return Find(entry.Pid)?.StartTicks == entry.StartTicks && Libc.PidfdSendSignal(pidfd, Libc.SignalKill) == 0;
        }
        finally
        {
            _ = Libc.close(pidfd);
        }
    }

    // pid (name) state ppid pgrp session … starttime is field 22; the name may contain spaces and brackets.
    private static ProcessEntry? Parse(int pid, string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields.Length < 20 ? null : new ProcessEntry(
            pid,
            int.Parse(fields[3], CultureInfo.InvariantCulture),
            fields[0][0],
            ulong.Parse(fields[19], CultureInfo.InvariantCulture));
    }

    private static string EnvironmentOf(int pid)
    {
        try
        {
            return ReadStart($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ReadStart(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[4096];
        var total = 0;
        while (total < LongestEnvironment)
        {
            if (total == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = RandomAccess.Read(file, buffer.AsSpan(total), total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return Encoding.UTF8.GetString(buffer.AsSpan(0, total));
    }
}
