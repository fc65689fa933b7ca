using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inlet.Hardening.Tests.Harness;

/// <summary>A program of somebody else's that runs beside a test.</summary>
internal sealed partial class Program : IAsyncDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _error = new();

    private Program(Process process) => _process = process;

    public int Id => _process.Id;

    public IReadOnlyCollection<string> Output => _output;

    /// <exception cref="InvalidOperationException">The program is not installed; says which package has it.</exception>
    public static Program Start(string name, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        // Where Debian puts servers, and users' paths do not lead.
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new InvalidOperationException($"{name} cannot be run ({error.Message}): ./test installs what these tests need", error);
        }

        var program = new Program(process);
        process.OutputDataReceived += (_, line) => program.Take(program._output, line.Data);
        process.ErrorDataReceived += (_, line) => program.Take(program._error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return program;
    }

    public static async Task<Program> RunAsync(string name, IEnumerable<string> arguments, TimeSpan longest, string? workingDirectory = null)
    {
        var program = Start(name, arguments, workingDirectory);
        await program.EndAsync(longest);
        return program;
    }

    /// <exception cref="TimeoutException">It ran longer, and was stopped.</exception>
    public async Task EndAsync(TimeSpan longest)
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(longest);
        }
        catch (TimeoutException)
        {
            await StopAsync();
            throw new TimeoutException($"{_process.StartInfo.FileName} ran for more than {longest}: {Describe()}");
        }
    }

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    public string Describe() => string.Join('\n', _output.TakeLast(100).Concat(_error.TakeLast(100)));

    /// <summary>Asks it to end and waits until all it had to say is here.</summary>
    public async Task StopAsync()
    {
        const int sigterm = 15;
        _ = _process.HasExited ? 0 : Kill(_process.Id, sigterm);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(LongestEnd);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void Take(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
