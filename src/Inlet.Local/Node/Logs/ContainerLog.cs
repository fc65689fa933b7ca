using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Logs;

/// <summary>
/// Writes the log of one container instance, in segments of bounded size of which the newest few are kept. One thread writes;
/// any number may wait for more.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    /// <summary>Kubernetes' default for <c>containerLogMaxSize</c>.</summary>
    public const long DefaultSegmentBytes = 10 * 1024 * 1024;

    /// <summary>Kubernetes' default for <c>containerLogMaxFiles</c>.</summary>
    private const int SegmentsKept = 5;

    private readonly string _directory;
    private readonly int _attempt;
    private readonly TimeProvider _time;
    private readonly long _segmentBytes;
    private readonly LineSplitter _output = new();
    private readonly LineSplitter _errors = new();
    private readonly ArrayBufferWriter<byte> _lines = new();
    // Guards the file against its end; a container that does not start has its log closed by another thread.
    private readonly Lock _lock = new();
    private SafeFileHandle? _file;
    private long _position;
    private volatile TaskCompletionSource? _more;
    private volatile bool _ended;
    private volatile Exception? _failure;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public ContainerLog(string directory, int attempt, TimeProvider time, long segmentBytes = DefaultSegmentBytes)
    {
        (_directory, _attempt, _time, _segmentBytes) = (directory, attempt, time, segmentBytes);
        Directory.CreateDirectory(directory);
        Segment = LogFiles.Segments(directory, attempt) is [.., var last] ? last + 1 : 0;
        _file = Open();
    }

    public string ContainerDirectory => _directory;

    public int Attempt => _attempt;

    /// <summary>The one being written.</summary>
    public int Segment { get; private set; }

    /// <summary>Nothing will be written any more.</summary>
    public bool HasEnded => _ended;

    /// <summary>Why lines were lost (a full disk); null when none were.</summary>
    public Exception? Failure => _failure;

    public void WriteOutput(ReadOnlySpan<byte> bytes) => Write(_output, bytes, isError: false);

    public void WriteErrors(ReadOnlySpan<byte> bytes) => Write(_errors, bytes, isError: true);

    /// <summary>
    /// Completes at the next write or at the end. Take it before reading to the end of the file: what is written in between
    /// completes it.
    /// </summary>
    public Task NextAsync()
    {
        if (_ended)
        {
            return Task.CompletedTask;
        }

        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var more = Interlocked.CompareExchange(ref _more, mine, null) ?? mine;
        if (_ended)
        {
            Announce();
        }

        return more.Task;
    }

    /// <summary>Writes lines nothing closed, then ends the log.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _output.End((content, isFull) => Format(content, isError: false, isFull));
            _errors.End((content, isFull) => Format(content, isError: true, isFull));
            Flush();
            _file?.Dispose();
            _ended = true;
        }

        Announce();
    }

    private void Write(LineSplitter stream, ReadOnlySpan<byte> bytes, bool isError)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            stream.Take(bytes, (content, isFull) => Format(content, isError, isFull));
            Flush();
        }

        Announce();
    }

    private void Format(ReadOnlySpan<byte> content, bool isError, bool isFull)
    {
        var line = _lines.GetSpan(LogFormat.HeadLength + content.Length + 1);
        LogFormat.WriteHead(line, _time.GetUtcNow(), isError, isFull);
        content.CopyTo(line[LogFormat.HeadLength..]);
        line[LogFormat.HeadLength + content.Length] = (byte)'\n';
        _lines.Advance(LogFormat.HeadLength + content.Length + 1);
    }

    private void Flush()
    {
        if (_lines.WrittenCount == 0)
        {
            return;
        }

        try
        {
            if (_position >= _segmentBytes)
            {
                StartSegment();
            }

            RandomAccess.Write(_file ??= Open(), _lines.WrittenSpan, _position);
            _position += _lines.WrittenCount;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process must not stop because its log is full: these lines are lost, the next may fit again.
            _failure = e;
        }
        finally
        {
            _lines.ResetWrittenCount();
        }
    }

    private void StartSegment()
    {
        _file?.Dispose();
        _file = null;
        Segment++;
        _position = 0;
        _file = Open();
        if (Segment >= SegmentsKept)
        {
            File.Delete(LogFiles.Path(_directory, _attempt, Segment - SegmentsKept));
        }
    }

    private SafeFileHandle Open() => File.OpenHandle(
        LogFiles.Path(_directory, _attempt, Segment), FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete);

    private void Announce() => Interlocked.Exchange(ref _more, null)?.TrySetResult();
}
