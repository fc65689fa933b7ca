using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Docker.DotNet;
using Docker.DotNet.Models;
using Inlet.Local.Node.Exec;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>A container that an engine runs.</summary>
internal sealed class EngineContainer(DockerClient client, ContainerRequest request, string id, string scheme, MultiplexedStream output) : IRunningContainer
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>What a container gets to pass on what it wrote last, once it has ended.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private const int KilledCode = 128 + Libc.SignalKill;

    private readonly ContainerOutput _output = new(request.Output);
    private readonly ContainerOutput _errors = new(request.Errors);
    private readonly TaskCompletionSource<ProcessExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _isKilled;

    public ContainerId Id => request.Id;

    public string StatusId => scheme + id;

    public Task<ProcessExit> Exited => _exited.Task;

    /// <summary>From when it has been started: reads its output and waits for its end. Owned by <see cref="Exited"/>.</summary>
    public void Follow() => _ = FollowAsync();

    public void Signal(int signal)
    {
        _isKilled |= signal == Libc.SignalKill;
        _ = SignalAsync(signal);
    }

    public string? ForeignListener(int port) => null;

    public async Task<ExecResult> ExecAsync(IReadOnlyList<string> command, int limitBytes, CancellationToken cancellationToken)
    {
        try
        {
            var collected = new StringBuilder();
            var code = await ExecAsync(command, new ContainerStreams(), (_, bytes) => Collect(collected, bytes, limitBytes), cancellationToken);
            return new ExecResult(code, collected.ToString());
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            throw new LaunchException(EngineErrors.Text(e), 0);
        }
    }

    public async Task<int> ExecAsync(IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecAsync(command, streams, (isError, bytes) => PassOnAsync(isError ? streams.Errors : streams.Output, bytes, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException)
        {
            throw new LaunchException(EngineErrors.Text(e), 0);
        }
    }

    public async Task AttachAsync(ContainerStreams streams, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var copies = new List<Task>();
        if (streams.Output is { } outputs)
        {
            copies.Add(_output.CopyToAsync(outputs, stop.Token));
        }

        if (streams.Errors is { } errors)
        {
            copies.Add(_errors.CopyToAsync(errors, stop.Token));
        }

        var input = streams.Input is { } given && request.Stdin ? SendAsync(given, output, closesAfter: request.StdinOnce, stop.Token) : Task.CompletedTask;
        var sizes = streams.Sizes is { } windows ? ResizeAsync(windows, (p, t) => client.Containers.ResizeContainerTtyAsync(id, p, t), stop.Token) : Task.CompletedTask;
        try
        {
            // Its output ends with it; without any, its end itself is waited for.
            await (copies.Count > 0 ? Task.WhenAll(copies) : Exited.WaitAsync(cancellationToken));
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll([input, sizes, .. copies]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> ExecAsync(
        IReadOnlyList<string> command, ContainerStreams streams, Func<bool, byte[], ValueTask> take, CancellationToken cancellationToken)
    {
        var exec = await client.Exec.CreateContainerExecAsync(
            id,
            new ContainerExecCreateParameters
            {
                Cmd = [.. command],
                AttachStdin = streams.Input is not null,
                AttachStdout = true,
                AttachStderr = !streams.Terminal,
                TTY = streams.Terminal,
            },
            cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using (var stream = await client.Exec.StartContainerExecAsync(exec.ID, new ContainerExecStartParameters { TTY = streams.Terminal }, cancellationToken))
        {
            var input = streams.Input is { } given ? SendAsync(given, stream, closesAfter: true, stop.Token) : Task.CompletedTask;
            var sizes = streams.Sizes is { } windows ? ResizeAsync(windows, (p, t) => client.Exec.ResizeExecTtyAsync(exec.ID, p, t), stop.Token) : Task.CompletedTask;
            try
            {
                await ReadAsync(stream, take, cancellationToken);
            }
            finally
            {
                await stop.CancelAsync();
                await Task.WhenAll(input, sizes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return (int)((await client.Exec.InspectContainerExecAsync(exec.ID, cancellationToken)).ExitCode ?? 0);
    }

    private static async Task SendAsync(Stream from, MultiplexedStream to, bool closesAfter, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await to.WriteAsync(buffer, 0, read, cancellationToken);
        }

        if (closesAfter)
        {
            to.CloseWrite();
        }
    }

    private static async Task ResizeAsync(
        ChannelReader<TerminalSize> sizes, Func<ContainerResizeParameters, CancellationToken, Task> resize, CancellationToken cancellationToken)
    {
        await foreach (var size in sizes.ReadAllAsync(cancellationToken))
        {
            await resize(new ContainerResizeParameters { Width = size.Columns, Height = size.Rows }, cancellationToken);
        }
    }

    private async Task FollowAsync()
    {
        var reading = ReadOutputAsync();
        var exit = await WaitAsync();
        await Task.WhenAny(reading, Task.Delay(LastWords));
        await RemoveQuietlyAsync();
        output.Dispose();
        await reading;
        _output.End();
        _errors.End();
        request.OutputClosed();
        _exited.TrySetResult(exit);
    }

    private async Task ReadOutputAsync()
    {
        try
        {
            await ReadAsync(output, WriteLog, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException or InvalidOperationException)
        {
            // The engine closed it, or the container is gone: its end is told elsewhere.
        }
    }

    private ValueTask WriteLog(bool isError, byte[] bytes)
    {
        (isError ? _errors : _output).Write(bytes);
        return ValueTask.CompletedTask;
    }

    private async Task<ProcessExit> WaitAsync()
    {
        const int Unknown = 255;
        try
        {
            var code = (int)(await client.Containers.WaitContainerAsync(id)).StatusCode;
            var state = (await client.Containers.InspectContainerAsync(id)).State;
            return new ProcessExit(code, 0) { IsOutOfMemory = code != 0 && (state?.OOMKilled == true || IsKilledAtLimit(code)) };
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException or TimeoutException)
        {
            // Removed by force from outside, or the engine itself is gone.
            return new ProcessExit(Unknown, 0);
        }
    }

    // Podman does not notice under version 1 of control groups: a container with a limit that nobody killed, killed all the same.
    private bool IsKilledAtLimit(int code) => code == KilledCode && !_isKilled && request.Limits.MemoryBytes is not null;

    private async Task SignalAsync(int signal)
    {
        try
        {
            await client.Containers.KillContainerAsync(id, new ContainerKillParameters { Signal = signal.ToString(CultureInfo.InvariantCulture) });
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private async Task RemoveQuietlyAsync()
    {
        try
        {
            await EngineContainers.RemoveAsync(client, id);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            // Its pod's end tries again.
        }
    }

    private static async Task ReadAsync(MultiplexedStream stream, Func<bool, byte[], ValueTask> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        while (await stream.ReadOutputAsync(buffer, 0, buffer.Length, cancellationToken) is { EOF: false } read)
        {
            await take(read.Target == MultiplexedStream.TargetStream.StandardError, buffer[..read.Count]);
        }
    }

    private static async ValueTask PassOnAsync(Stream? client, byte[] bytes, CancellationToken cancellationToken)
    {
        if (client is not null)
        {
            await client.WriteAsync(bytes, cancellationToken);
            await client.FlushAsync(cancellationToken);
        }
    }

    private static ValueTask Collect(StringBuilder collected, byte[] bytes, int limitBytes)
    {
        var room = limitBytes - collected.Length;
        if (room > 0)
        {
            collected.Append(Encoding.UTF8.GetString(bytes, 0, Math.Min(room, bytes.Length)));
        }

        return ValueTask.CompletedTask;
    }
}
