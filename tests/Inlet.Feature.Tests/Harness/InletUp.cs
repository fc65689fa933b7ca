using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Feature.Tests.Harness;

/// <summary>A real <c>inlet up</c>, on free ports and a data directory of its own.</summary>
internal sealed partial class InletUp : IAsyncDisposable
{
    private const int Sigint = 2;
    private const int Sigkill = 9;
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<JsonObject> _events = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<JsonObject> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _ownsDirectory;

    private InletUp(Process process, string directory, bool ownsDirectory)
    {
        _process = process;
        Directory = directory;
        _ownsDirectory = ownsDirectory;
    }

    /// <summary>Holds the data directory and kubectl's cache.</summary>
    public string Directory { get; }

    public string DataDirectory => Path.Combine(Directory, "data");

    public string Kubeconfig => Path.Combine(DataDirectory, "kubeconfig");

    public int ProcessId => _process.Id;

    public JsonObject Ready => _ready.Task.Result;

    public int HttpPort => Port("httpPort");

    public int HttpsPort => Port("httpsPort");

    public int HttpNodePort => Port("httpNodePort");

    public int HttpsNodePort => Port("httpsNodePort");

    public IReadOnlyCollection<JsonObject> Events => _events;

    /// <summary>Returns when everything given has settled.</summary>
    public static async Task<InletUp> StartAsync(IEnumerable<string> arguments, string? directory = null)
    {
        var owns = directory is null;
        directory ??= System.IO.Directory.CreateTempSubdirectory("inlet-feature-").FullName;
        string[] all =
        [
            "up", "--output", "json", "--data-dir", Path.Combine(directory, "data"), "--api-port", "0", "--http-port", "0", "--https-port", "0",
            // What the tests describe must not depend on whether this machine has Docker.
            .. arguments.Contains("--runtime") ? (string[])[] : ["--runtime", "process"], .. arguments,
        ];
        var start = new ProcessStartInfo(Repository.Program, all) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        var inlet = new InletUp(Process.Start(start)!, directory, owns);
        inlet.Read();
        try
        {
            await inlet._ready.Task.WaitAsync(LongestStart, TestContext.Current.CancellationToken);
            return inlet;
        }
        catch (Exception exception)
        {
            await inlet.DisposeAsync();
            throw new InvalidOperationException($"inlet up did not get ready: {inlet.Describe()}", exception);
        }
    }

    /// <summary>kubectl against this cluster; fails the test when kubectl fails.</summary>
    public async Task<string> KubectlAsync(string arguments, string? input = null)
    {
        var result = await TryKubectlAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), input);
        Assert.True(result.ExitCode == 0, $"kubectl {arguments}: exit {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    public Task<Command> TryKubectlAsync(IEnumerable<string> arguments, string? input = null) =>
        Command.RunAsync("kubectl", ["--kubeconfig", Kubeconfig, "--cache-dir", Path.Combine(Directory, "kubectl-cache"), .. arguments], input);

    /// <summary>The object as JSON.</summary>
    public async Task<JsonObject> GetAsync(string arguments) => JsonNode.Parse(await KubectlAsync($"get {arguments} -o json"))!.AsObject();

    /// <summary>Ctrl-C; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _ = Kill(_process.Id, Sigint);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>kill -9: nothing gets a chance to tidy up.</summary>
    public async Task KillAsync()
    {
        _ = Kill(_process.Id, Sigkill);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public string Describe() => $"{string.Join('\n', _events.Select(static e => e.ToJsonString()))}\n{_error}\n{Log()}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Sigint);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    private int Port(string name) => Ready[name]!.GetValue<int>();

    private string Log()
    {
        var path = Path.Combine(DataDirectory, "inlet.log");
        return File.Exists(path) ? File.ReadAllText(path) : "";
    }

    private void Read()
    {
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                Take(JsonNode.Parse(text)!.AsObject());
            }
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                lock (_error)
                {
                    _error.AppendLine(CultureInfo.InvariantCulture, $"{text}");
                }
            }
        };
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("it ended"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(JsonObject e)
    {
        _events.Enqueue(e);
        if (e["event"]!.GetValue<string>() == "ready")
        {
            _ready.TrySetResult(e);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
