using System.Text.Json.Nodes;
using System.Threading.Channels;

using Inlet.Local.ApiServer.Streams.Spdy;
using Inlet.Local.Node;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer.Streams;

/// <summary>A command's streams over SPDY (<c>v4.channel.k8s.io</c>), as kubectl before 1.29 wants them: one SPDY stream each, told apart by a header.</summary>
internal sealed class SpdyChannels : ICommandChannels
{
    public const string StreamType = "streamtype";

    private static readonly TimeSpan OpenWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(3);

    private readonly SpdySession _session;
    private readonly Task _running;
    private readonly Dictionary<string, SpdyStream> _byType;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _ends;
    private readonly Task _resizing;

    private SpdyChannels(SpdySession session, Task running, Dictionary<string, SpdyStream> byType, WantedStreams wanted, CancellationTokenSource ends)
    {
        (_session, _byType, _ends) = (session, byType, ends);
        _running = NoticeEndAsync(running);
        var sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        _resizing = byType.TryGetValue("resize", out var resize) ? ReadSizesAsync(resize, sizes.Writer) : Task.CompletedTask;
        Streams = new()
        {
            Input = byType.GetValueOrDefault("stdin"),
            Output = byType.GetValueOrDefault("stdout"),
            Errors = byType.GetValueOrDefault("stderr"),
            Terminal = wanted.Terminal,
            Sizes = wanted.Terminal ? sizes.Reader : null,
        };
    }

    public ContainerStreams Streams { get; }

    public CancellationToken Gone => _gone.Token;

    /// <summary>Waits until the client has opened every stream it asked for.</summary>
    /// <exception cref="SpdyException">It did not, or speaks something else.</exception>
    public static async Task<SpdyChannels> OpenAsync(Stream transport, WantedStreams wanted, CancellationToken stopping)
    {
        var session = new SpdySession(transport);
        var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = session.RunAsync(ends.Token);
        try
        {
            return new(session, running, await OpenedAsync(session, wanted, stopping), wanted, ends);
        }
        catch
        {
            await ends.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            session.Dispose();
            ends.Dispose();
            throw;
        }
    }

    public async Task EndAsync(JsonObject status)
    {
        using var limit = new CancellationTokenSource(CloseWithin);
        try
        {
            await _byType["error"].WriteAsync(ObjectBytes.Write(status), limit.Token);
            foreach (var stream in _byType.Values)
            {
                await stream.CloseWriteAsync(limit.Token);
                stream.StopReading();
            }

            await _running.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It has gone, or takes too long to: there is nobody to tell.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await Task.WhenAll(_running, _resizing);
        _session.Dispose();
        _ends.Dispose();
        _gone.Dispose();
    }

    private static async Task<Dictionary<string, SpdyStream>> OpenedAsync(SpdySession session, WantedStreams wanted, CancellationToken stopping)
    {
        var missing = new HashSet<string> { "error" };
        Want(wanted.Input, "stdin");
        Want(wanted.Output, "stdout");
        Want(wanted.Errors && !wanted.Terminal, "stderr");
        Want(wanted.Terminal, "resize");
        var opened = new Dictionary<string, SpdyStream>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(OpenWithin);
        try
        {
            while (missing.Count > 0)
            {
                var stream = await session.Opened.ReadAsync(limit.Token);
                var type = stream.Headers.GetValueOrDefault(StreamType) ?? "";
                opened[type] = missing.Remove(type) ? stream : throw new SpdyException($"stream type \"{type}\" was not asked for, or came twice");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            throw new SpdyException($"the client did not open its streams: {string.Join(", ", missing)}", e);
        }

        return opened;

        void Want(bool wants, string type)
        {
            if (wants)
            {
                missing.Add(type);
            }
        }
    }

    private async Task NoticeEndAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _gone.CancelAsync();
    }

    private async Task ReadSizesAsync(SpdyStream stream, ChannelWriter<TerminalSize> sizes)
    {
        // Each size is one JSON object, written at once; kubectl ends each with a newline.
        using var reader = new StreamReader(stream);
        try
        {
            while (await reader.ReadLineAsync(_ends.Token) is { } line)
            {
                if (WebSocketChannels.Size(System.Text.Encoding.UTF8.GetBytes(line)) is { } size)
                {
                    sizes.TryWrite(size);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The window stays as it is.
        }
    }
}
