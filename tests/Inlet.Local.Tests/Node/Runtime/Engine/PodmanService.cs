using System.Diagnostics;
using System.Net.Sockets;

namespace Inlet.Local.Tests.Node.Runtime.Engine;

/// <summary>
/// A Podman of the tests' own, with its images and containers in a directory of its own, speaking Docker's API; and an image made
/// on the spot from programs of this machine.
/// </summary>
public sealed class PodmanService : IAsyncLifetime
{
    public const string Image = "localhost/tools:1";

    private static readonly string[] Tools = ["/bin/sh", "/bin/sleep", "/bin/cat", "/bin/echo", "/usr/bin/id", "/usr/bin/tail", "/usr/bin/touch", "/bin/uname", "/usr/bin/env"];
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly string _root = Directory.CreateTempSubdirectory("inlet-podman-").FullName;
    private Process? _service;

    public string Socket => Path.Combine(_root, "podman.sock");

    /// <summary>Why containers cannot be run on this machine; empty when they can.</summary>
    public string Obstacle { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        try
        {
            Obstacle = FindObstacle();
            if (Obstacle.Length == 0)
            {
                await StartAsync();
                await BuildImageAsync();
                var (code, output) = await PodmanAsync("run", "--rm", "--network", "none", Image, "/bin/echo", "works");
                Obstacle = code == 0 ? "" : $"podman cannot run a container here: {output.Trim()}";
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Obstacle = $"podman cannot be used here: {e.Message}";
        }
    }

    public void Require() => Assert.SkipWhen(Obstacle.Length > 0, Obstacle);

    /// <summary>Names of all its containers.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync() =>
        (await PodmanAsync("ps", "--all", "--format", "{{.Names}}")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync()
    {
        if (_service is { } service)
        {
            await PodmanAsync("rm", "--all", "--force", "--time", "0");
            service.Kill();
            await service.WaitForExitAsync();
            service.Dispose();
        }

        Directory.Delete(_root, recursive: true);
    }

    private static string FindObstacle() =>
        !Environment.IsPrivilegedProcess ? "a Podman of the tests' own needs root"
        : !File.Exists("/usr/bin/podman") ? "podman is not installed"
        : !File.Exists("/usr/sbin/runc") && !File.Exists("/usr/bin/runc") ? "runc is not installed (crun refuses machines with both versions of control groups)"
        : "";

    private async Task StartAsync()
    {
        // Without its defaults it asks for limits this machine may not allow.
        await File.WriteAllTextAsync(Path.Combine(_root, "containers.conf"), """
            [containers]
            default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            """);
        _service = Process.Start(Podman(["system", "service", "--time=0", "unix://" + Socket]))!;
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_service.HasExited || Stopwatch.GetElapsedTime(started) > Longest)
            {
                throw new InvalidOperationException($"podman system service did not start: {await _service.StandardError.ReadToEndAsync()}");
            }

            await Task.Delay(20);
        }

        // Nobody reads them, and a full pipe would stop it.
        _ = _service.StandardError.ReadToEndAsync();
        _ = _service.StandardOutput.ReadToEndAsync();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Programs of this machine with the libraries they need.</summary>
    private async Task BuildImageAsync()
    {
        var files = new List<string>(Tools);
        foreach (var tool in Tools)
        {
            var (_, output) = await RunAsync(new ProcessStartInfo("ldd", [tool]));
            files.AddRange(output.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(static word => word.StartsWith('/')));
        }

        var tar = Path.Combine(_root, "image.tar");
        await RunAsync(new ProcessStartInfo("tar", ["--create", "--dereference", "--file", tar, "--absolute-names", "--transform", "s,^/,,", .. files.Distinct()]));
        var (code, text) = await PodmanAsync("import", "--change", "ENTRYPOINT [\"/bin/echo\", \"entry\"]", "--change", "CMD [\"default\"]", "--change", "ENV PATH=/usr/bin:/bin", tar, Image);
        if (code != 0)
        {
            throw new InvalidOperationException(text);
        }
    }

    private Task<(int ExitCode, string Output)> PodmanAsync(params string[] arguments) => RunAsync(Podman(arguments));

    private ProcessStartInfo Podman(string[] arguments)
    {
        var start = new ProcessStartInfo(
            "podman", ["--root", Path.Combine(_root, "root"), "--runroot", Path.Combine(_root, "run"), "--storage-driver", "vfs", .. arguments]);
        start.Environment["CONTAINERS_CONF"] = Path.Combine(_root, "containers.conf");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        return start;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Longest);
        return (process.ExitCode, await output + await error);
    }
}
