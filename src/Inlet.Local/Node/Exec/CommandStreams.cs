using Inlet.Local.Node.Runtime;
using Pipe = Inlet.Local.Node.Runtime.Pipe;

namespace Inlet.Local.Node.Exec;

/// <summary>Pipes or a terminal between a command and its client: both sides until it has started, then ours.</summary>
internal sealed class CommandStreams : IDisposable
{
    private readonly ChildMonitor _monitor;
    private readonly ContainerStreams _client;
    private readonly List<DescriptorStream> _outputs = [];
    private readonly List<int> _theirs = [];
    private DescriptorStream? _input;
    private PseudoTerminal? _terminal;

    private CommandStreams(ChildMonitor monitor, ContainerStreams client) => (_monitor, _client) = (monitor, client);

    /// <summary>What the process gets.</summary>
    public StandardStreams Standard { get; private set; }

    /// <param name="owner">The user the command runs as; null for Inlet's own.</param>
    /// <exception cref="LaunchException">No more files or terminals can be opened.</exception>
    public static CommandStreams Open(ChildMonitor monitor, ContainerStreams client, uint? owner)
    {
        var streams = new CommandStreams(monitor, client);
        try
        {
            streams.Standard = client.Terminal ? streams.OpenTerminal(owner) : streams.OpenPipes();
            return streams;
        }
        catch
        {
            streams.Dispose();
            throw;
        }
    }

    /// <summary>The process has its side now; as long as we held it too, no stream would ever end.</summary>
    public void CloseTheirs()
    {
        _theirs.ForEach(fd => _ = Libc.close(fd));
        _theirs.Clear();
    }

    /// <summary>Copies in both directions until the process has ended and what it wrote is with the client.</summary>
    public async Task CopyAsync(Task exited, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = Task.WhenAll(CopyInputAsync(ends.Token), CopySizesAsync(ends.Token));
        var output = Task.WhenAll(CopyOutputs(ends.Token));
        try
        {
            await Task.WhenAny(exited, Failed(output), Failed(input)).Unwrap();
            _outputs.ForEach(o => o.EndWhenEmpty());
            await output;
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(input, output).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        CloseTheirs();
        _input?.Dispose();
        _outputs.ForEach(o => o.Dispose());
        _terminal?.Dispose();
    }

    private StandardStreams OpenTerminal(uint? owner)
    {
        var terminal = _terminal = PseudoTerminal.Open(owner);
        _outputs.Add(new DescriptorStream(terminal.Master, _monitor));
        if (_client.Input is not null)
        {
            _input = new DescriptorStream(PseudoTerminal.Duplicate(terminal.Master), _monitor);
        }

        return new StandardStreams(null, null, null, terminal.Path);
    }

    private StandardStreams OpenPipes()
    {
        int? input = null;
        if (_client.Input is not null)
        {
            var pipe = Pipe.OpenInput();
            _theirs.Add(pipe.Read);
            _input = new DescriptorStream(pipe.Write, _monitor);
            input = pipe.Read;
        }

        return new StandardStreams(input, OpenOutput(), OpenOutput());
    }

    private int OpenOutput()
    {
        var pipe = Pipe.Open();
        _theirs.Add(pipe.Write);
        _outputs.Add(new DescriptorStream(pipe.Read, _monitor));
        return pipe.Write;
    }

    private IEnumerable<Task> CopyOutputs(CancellationToken cancellationToken) => _outputs.Select((from, index) =>
        StreamCopies.OutputAsync(from, index == 0 ? _client.Output : _client.Errors, cancellationToken));

    private async Task CopyInputAsync(CancellationToken cancellationToken)
    {
        if (_client.Input is null || _input is null)
        {
            return;
        }

        await StreamCopies.InputAsync(_client.Input, _input, cancellationToken);
        if (_terminal is null)
        {
            // On a terminal the end of input is a character, which the client has sent where it means it.
            await _input.DisposeAsync();
        }
    }

    private Task CopySizesAsync(CancellationToken cancellationToken) =>
        _client.Sizes is { } sizes && _terminal is { } terminal ? StreamCopies.SizesAsync(sizes, terminal, cancellationToken) : Task.CompletedTask;

    /// <summary>Completes only when the copying fails: the client has gone.</summary>
    private static async Task Failed(Task copying)
    {
        await copying;
        await Task.Delay(Timeout.Infinite);
    }
}
