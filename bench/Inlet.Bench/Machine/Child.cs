using System.Diagnostics;

namespace Inlet.Bench.Machine;

/// <summary>A process we started: pinned to cores, its output in a file, ended by its id and by nothing broader.</summary>
internal sealed class Child(string name, Process process, string logFile) : IDisposable
{
    private static readonly TimeSpan TermPatience = TimeSpan.FromSeconds(8);

    public string Name => name;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The exit code, or null when it is still running after <paramref name="limit"/>.</summary>
    public int? WaitForExit(TimeSpan limit) => process.WaitForExit(limit) ? process.ExitCode : null;

    public void Dispose()
    {
        Stop();
        process.Dispose();
    }

    /// <summary>Asks to end, and insists after a while. Its own children end with it or are ended after it.</summary>
    public void Stop()
    {
        if (!process.HasExited)
        {
            var family = ProcessTree.Of(process.Id);
            Signals.Send(process.Id, Signals.Terminate);
            if (!process.WaitForExit(TermPatience))
            {
                foreach (var member in family)
                {
                    Signals.Send(member, Signals.Kill);
                }

                process.WaitForExit();
            }
        }
    }

    public string LogTail()
    {
        var lines = File.Exists(logFile) ? File.ReadAllLines(logFile) : [];
        return string.Join('\n', lines.TakeLast(15));
    }

    public string Log() => File.Exists(logFile) ? File.ReadAllText(logFile) : "";
}
