using Inlet.Local.Node.Runtime;
using Pipe = Inlet.Local.Node.Runtime.Pipe;

namespace Inlet.Local.Node.Exec;

/// <summary>A container's own streams: its output on the way to the log, its input, and the clients attached to both.</summary>
internal sealed class ContainerConsole : IDisposable
{
    private readonly ContainerOutput _output;
    private readonly ContainerOutput _errors;
    private readonly bool _inputOnce;
    private readonly List<Pipe> _pipes = [];
    private PseudoTerminal? _terminal;
    // Guards the input against clients that attach while it is closed.
    private readonly SemaphoreSlim _inputTurn = new(1);
    private readonly CancellationTokenSource _ended = new();
    private DescriptorStream? _input;

    private ContainerConsole(ContainerRequest request)
    {
        (_output, _errors) = (new ContainerOutput(request.Output), new ContainerOutput(request.Errors));
        _inputOnce = request.StdinOnce;
    }

    /// <summary>What the container's process gets.</summary>
    public StandardStreams Standard { get; private set; }

    /// <exception cref="LaunchException">No more files or terminals can be opened.</exception>
    public static ContainerConsole Open(ChildMonitor monitor, ContainerRequest request)
    {
        var console = new ContainerConsole(request);
        try
        {
            console.Standard = request.Terminal ? console.OpenTerminal(monitor, request) : console.OpenPipes(monitor, request);
            return console;
        }
        catch
        {
            console.Abandon();
            throw;
        }
    }

    public void CloseTheirs()
    {
        foreach (var pipe in _pipes)
        {
            pipe.CloseWrite();
        }

        if (Standard.Input is { } input)
        {
            _ = Libc.close(input);
        }
    }

    /// <summary>What the monitor is to read; it owns the descriptors from then on.</summary>
    /// <param name="closed">Called once when all of them have ended.</param>
    public IReadOnlyList<(int Fd, OutputSink Sink, Action Closed)> Outputs(Action closed)
    {
        var open = _terminal is null ? 2 : 1;
        if (_terminal is not null)
        {
            return [(_terminal.Master, _output.Write, () => End(_output))];
        }

        return [(_pipes[0].Read, _output.Write, () => End(_output)), (_pipes[1].Read, _errors.Write, () => End(_errors))];

        void End(ContainerOutput ended)
        {
            ended.End();
            if (--open == 0)
            {
                closed();
            }
        }
    }

    /// <summary>The process did not start.</summary>
    public void Abandon()
    {
        _pipes.ForEach(p => p.Close());
        if (Standard.Input is { } input)
        {
            _ = Libc.close(input);
        }

        if (_terminal is not null)
        {
            _ = Libc.close(_terminal.Master);
        }

        Dispose();
    }

    /// <summary>Connects a client until the container ends.</summary>
    /// <exception cref="IOException">The client is too slow, or has gone.</exception>
    public async Task AttachAsync(ContainerStreams client, Task exited, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Before the input, whose answer would be missed otherwise.
        var output = Task.WhenAll(CopyAsync(_output, client.Output, ends.Token), CopyAsync(_errors, client.Errors, ends.Token));
        var input = CopyInputAsync(client, ends.Token);
        var sizes = client.Sizes is { } read && _terminal is not null
            ? StreamCopies.SizesAsync(read, _terminal, ends.Token)
            : Task.CompletedTask;
        try
        {
            await Task.WhenAny(exited, output).Unwrap();
            // What it left behind may hold the streams open; the container has ended all the same.
            await output.WaitAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(input, sizes, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        _inputTurn.Wait();
        _input?.Dispose();
        _input = null;
        _inputTurn.Release();
        _terminal?.Dispose();
    }

    private StandardStreams OpenTerminal(ChildMonitor monitor, ContainerRequest request)
    {
        _terminal = PseudoTerminal.Open(request.User?.User);
        if (request.Stdin)
        {
            _input = new DescriptorStream(PseudoTerminal.Duplicate(_terminal.Master), monitor);
        }

        return new StandardStreams(null, null, null, _terminal.Path);
    }

    private StandardStreams OpenPipes(ChildMonitor monitor, ContainerRequest request)
    {
        _pipes.Add(Pipe.Open());
        _pipes.Add(Pipe.Open());
        int? input = null;
        if (request.Stdin)
        {
            var pipe = Pipe.OpenInput();
            _input = new DescriptorStream(pipe.Write, monitor);
            input = pipe.Read;
        }

        return new StandardStreams(input, _pipes[0].Write, _pipes[1].Write);
    }

    private static Task CopyAsync(ContainerOutput from, Stream? to, CancellationToken cancellationToken) =>
        to is null ? Task.CompletedTask : from.CopyToAsync(to, cancellationToken);

    /// <summary>One client's input at a time: two at once would tear each other's lines apart.</summary>
    private async Task CopyInputAsync(ContainerStreams client, CancellationToken cancellationToken)
    {
        if (client.Input is null)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        await _inputTurn.WaitAsync(either.Token);
        try
        {
            if (_input is not null && await StreamCopies.InputAsync(client.Input, _input, either.Token) && _inputOnce && _terminal is null)
            {
                await _input.DisposeAsync();
                _input = null;
            }
        }
        finally
        {
            _inputTurn.Release();
        }
    }
}
