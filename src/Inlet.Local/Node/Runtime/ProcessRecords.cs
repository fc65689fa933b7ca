using System.Globalization;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// Remembers on disk which processes were started, one line each, for a successor that must end them. A process is named by
/// boot, number and start time, so that nobody else's is ever taken for ours.
/// </summary>
internal sealed class ProcessRecords(NodeDirectory directory)
{
    private const string FileName = "processes";

    private readonly string _boot = ReadBoot();

    /// <summary>Records a process that runs. One that has ended already needs no record.</summary>
    public void Add(string podUid, int pid)
    {
        if (ProcessTable.Find(pid) is { } entry)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{_boot} {entry.Pid} {entry.StartTicks}\n");
            File.AppendAllText(Path.Combine(directory.Pod(podUid), FileName), line);
        }
    }

    public void Forget(string podUid) => File.Delete(Path.Combine(directory.Pod(podUid), FileName));

    public List<Record> ReadAll()
    {
        var records = new List<Record>();
        foreach (var pod in directory.Pods())
        {
            var file = Path.Combine(directory.Pod(pod), FileName);
            if (File.Exists(file))
            {
                records.AddRange(File.ReadLines(file).Select(Read).OfType<Record>());
            }
        }

        return records;
    }

    // A line cut off by the end of the writer is no record.
    private Record? Read(string line) =>
        line.Split(' ') is [var boot, var pid, var ticks] && boot == _boot
            && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && ulong.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new Record(number, start) : null;

    private static string ReadBoot()
    {
        const string Path = "/proc/sys/kernel/random/boot_id";
        return File.Exists(Path) ? File.ReadAllText(Path).Trim() : "unknown";
    }

    /// <param name="Pid">Also the number of the session the process leads.</param>
    internal sealed record Record(int Pid, ulong StartTicks)
    {
        /// <summary>The process itself, or one of its session: a session's number is not given out while it has members.</summary>
        public bool IsOf(ProcessEntry entry) =>
            entry.Pid == Pid
                ? entry.StartTicks == StartTicks
                : entry.Session == Pid && entry.StartTicks >= StartTicks && (ProcessTable.Find(Pid) is not { } leader || leader.StartTicks == StartTicks);
    }
}
