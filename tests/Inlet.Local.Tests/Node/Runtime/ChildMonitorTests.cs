using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Tests.Node.Runtime;

public sealed class ChildMonitorTests
{
    private const int DuplicateCloseOnExec = 1030;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task End_of_a_process_that_closed_its_output_leaves_the_process_that_got_the_descriptor_watched()
    {
        using var monitor = new ChildMonitor();
        var (early, late) = await StartTwoThatShareADescriptorAsync(monitor);

        early.SignalGroup(Libc.SignalKill);
        await early.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        late.SignalGroup(Libc.SignalKill);

        var exit = await late.Exited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Libc.SignalKill, exit.Signal);
    }

    /// <summary>The first process' output had, until it closed it, the descriptor that the second's end is told by.</summary>
    private static async Task<(ChildProcess Early, ChildProcess Late)> StartTwoThatShareADescriptorAsync(ChildMonitor monitor)
    {
        while (true)
        {
            var output = Pipe.Open();
            var early = Start("exec >/dev/null 2>&1; sleep 1000 & wait", output.Write);
            output.CloseWrite();
            var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            monitor.Watch(early, [(output.Read, _ => { }, closed.SetResult)]);
            await closed.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

            var late = Start("sleep 1000 & wait", 2);
            var descriptor = Libc.fcntl(late.Pidfd, DuplicateCloseOnExec, output.Read);
            _ = Libc.close(late.Pidfd);
            late = new ChildProcess(late.Pid, descriptor);
            monitor.Watch(late, []);
            if (descriptor == output.Read)
            {
                return (early, late);
            }

            // Another test was quicker to take the number.
            foreach (var process in (ReadOnlySpan<ChildProcess>)[early, late])
            {
                process.SignalGroup(Libc.SignalKill);
            }
        }
    }

    private static ChildProcess Start(string script, int output)
    {
        using var program = new LaunchProgram();
        program.Spawn(["/bin/sh"], ["sh", "-c", script], ["PATH=/usr/bin:/bin"], new StandardStreams(null, output, output));
        var pid = program.Run();
        return new ChildProcess(pid, Libc.PidfdOpen(pid));
    }
}
