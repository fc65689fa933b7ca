using System.Globalization;

namespace Inlet.Local.Node.Runtime.Cgroups;

/// <summary>The control groups of one container: a single one in version 2, one for memory and one for CPU in version 1.</summary>
internal sealed class ContainerCgroup(bool isUnified, string memory, string cpu)
{
    private const long PeriodMicroseconds = 100_000;
    private const long LeastQuotaMicroseconds = 1000;
    private const long LeastShares = 2;
    private const long MostShares = 262_144;
    private const int RemoveTries = 50;

    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether the kernel ended a process of the container because it wanted more memory than its limit.</summary>
    public bool HasRunOutOfMemory =>
        Read(isUnified ? "memory.events" : "memory.oom_control").Split('\n')
            .Any(static line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");

    public void Create(ContainerLimits limits)
    {
        Directory.CreateDirectory(memory);
        Directory.CreateDirectory(cpu);
        LimitMemory(limits.MemoryBytes);
        LimitCpu(limits);
    }

    /// <summary>Takes a process in that has just been started, and what it may have started since.</summary>
    public void Add(int pid)
    {
        AddOne(pid);
        foreach (var child in ProcessTable.All().Where(p => p.Session == pid && p.Pid != pid))
        {
            AddOne(child.Pid);
        }
    }

    /// <summary>Ends what is left in the groups and removes them.</summary>
    public void Remove()
    {
        KillAndRemove(memory);
        KillAndRemove(cpu);
    }

    public static void KillAndRemove(string group)
    {
        if (!Directory.Exists(group))
        {
            return;
        }

        for (var tries = 0; tries < RemoveTries && !TryRemove(group); tries++)
        {
            var members = Members(group);
            ProcessTable.KillAll(p => members.Contains(p.Pid));
            Thread.Sleep(RemovePause);
        }
    }

    /// <summary>rmdir: the files in it are the kernel's and go along.</summary>
    public static bool TryRemove(string group)
    {
        try
        {
            Directory.Delete(group);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static HashSet<int> Members(string group)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(group, "cgroup.procs")).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private void AddOne(int pid)
    {
        try
        {
            foreach (var group in new[] { memory, cpu }.Distinct())
            {
                Write(group, "cgroup.procs", pid);
            }
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    private void LimitMemory(long? bytes)
    {
        if (bytes is not { } limit)
        {
            return;
        }

        Write(memory, isUnified ? "memory.max" : "memory.limit_in_bytes", limit);
        // Else it would go on in swap where the limit ends.
        WriteIfThere(memory, isUnified ? "memory.swap.max" : "memory.memsw.limit_in_bytes", isUnified ? 0 : limit);
        // All of the container ends with the one process the kernel picks, as under Kubernetes.
        WriteIfThere(memory, "memory.oom.group", 1);
    }

    private void LimitCpu(ContainerLimits limits)
    {
        // Kubernetes' arithmetic: 1024 shares for a core, a period of 100 ms.
        var shares = Math.Clamp((limits.CpuRequestMillis ?? 0) * 1024 / 1000, LeastShares, MostShares);
        if (isUnified)
        {
            Write(cpu, "cpu.weight", 1 + ((shares - LeastShares) * 9999 / (MostShares - LeastShares)));
        }
        else
        {
            Write(cpu, "cpu.shares", shares);
        }

        if (limits.CpuMillis is { } millis)
        {
            var quota = Math.Max(LeastQuotaMicroseconds, millis * PeriodMicroseconds / 1000);
            if (isUnified)
            {
                File.WriteAllText(Path.Combine(cpu, "cpu.max"), string.Create(CultureInfo.InvariantCulture, $"{quota} {PeriodMicroseconds}"));
            }
            else
            {
                Write(cpu, "cpu.cfs_period_us", PeriodMicroseconds);
                Write(cpu, "cpu.cfs_quota_us", quota);
            }
        }
    }

    private string Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(memory, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Write(string group, string file, long value) =>
        File.WriteAllText(Path.Combine(group, file), value.ToString(CultureInfo.InvariantCulture));

    private static void WriteIfThere(string group, string file, long value)
    {
        if (File.Exists(Path.Combine(group, file)))
        {
            Write(group, file, value);
        }
    }
}
