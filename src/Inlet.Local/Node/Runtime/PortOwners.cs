using System.Globalization;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// Tells whose a listening port of this machine's network is. Pods that share it all answer at 127.0.0.1, so that an answer alone
/// says nothing about who gave it.
/// </summary>
internal static class PortOwners
{
    /// <param name="isOwn">Whether a process is one of the pod that asks.</param>
    /// <returns>Who else listens, fit for an Event; null when nobody does, or only the pod itself.</returns>
    public static string? FindForeign(int port, Func<ProcessEntry, bool> isOwn)
    {
        var sockets = ListeningSockets.On(port).ToDictionary(ListeningSockets.NameOf);
        if (sockets.Count == 0)
        {
            return null;
        }

        // The pod's own processes first: they are few, and it is nearly always one of them.
        var all = ProcessTable.All().ToList();
        var own = all.FindAll(p => isOwn(p));
        var foreign = sockets.Where(s => !own.Exists(p => ListeningSockets.IsHeldBy(p.Pid, [s.Key]))).ToList();
        if (foreign.Count == 0)
        {
            return null;
        }

        var holder = all.Find(p => ListeningSockets.IsHeldBy(p.Pid, [.. foreign.Select(s => s.Key)]));
        if (holder.Pid != 0)
        {
            return Describe(holder.Pid);
        }

        // Nobody this user can look into: the pod itself, when it runs something with more rights, or somebody else's program.
        var user = foreign[0].Value.User;
        return own.Exists(p => UserOf(p.Pid) == user) ? null : $"a program of user {user.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Describe(int pid)
    {
        var process = $"process {pid.ToString(CultureInfo.InvariantCulture)} ({ProcessTable.CommandName(pid)})";
        return ProcessTable.EnvironmentHas(pid, ProcessRuntime.Marker + "=") && ProcessTable.EnvironmentValue(pid, "HOSTNAME") is { } pod
            ? $"{process} of pod {pod}"
            : process;
    }

    private static uint? UserOf(int pid) => FileStatus.Of($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}")?.User;
}
