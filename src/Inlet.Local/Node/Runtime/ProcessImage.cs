namespace Inlet.Local.Node.Runtime;

internal unsafe struct ProcessPointers
{
    public byte** Candidates;
    public byte** Arguments;
    public byte** Environment;
    public void* FileActions;
    public void* Attributes;
}

/// <summary>What a new process gets as its three streams: descriptors of ours, or one terminal. Null is <c>/dev/null</c>.</summary>
/// <param name="Terminal">Path of the terminal, which takes the place of all three.</param>
internal readonly record struct StandardStreams(int? Input, int? Output, int? Errors, string? Terminal = null);

/// <summary>What <c>posix_spawn</c> is told about a new process: leader of a session of its own, every signal as the kernel has it.</summary>
internal sealed unsafe class ProcessImage : IDisposable
{
    // Larger than glibc's and musl's structures (336 and 80 bytes, 128 for a signal set).
    private const int StructureBytes = 1024;

    private const short SetSignalDefaults = 4;
    private const short SetSignalMask = 8;
    private const short NewSession = 0x80;

    private readonly string _command;
    private readonly bool _searched;
    private readonly ProcessPointers _pointers;

    public ProcessImage(
        NativeStrings strings, IReadOnlyList<string> candidates, IReadOnlyList<string> arguments, IReadOnlyCollection<string> environment,
        StandardStreams streams)
    {
        _command = arguments[0];
        _searched = !_command.Contains('/', StringComparison.Ordinal);
        _pointers = new ProcessPointers
        {
            Candidates = strings.AddList(candidates),
            Arguments = strings.AddList(arguments),
            Environment = strings.AddList(environment),
            FileActions = strings.Block(StructureBytes),
            Attributes = strings.Block(StructureBytes),
        };
        var signals = strings.Block(StructureBytes);
        _ = Libc.posix_spawnattr_init(_pointers.Attributes);
        _ = Libc.posix_spawnattr_setflags(_pointers.Attributes, SetSignalDefaults | SetSignalMask | NewSession);
        // The runtime ignores SIGPIPE and blocks others; a child would inherit that and `yes | head` would never end.
        _ = Libc.sigfillset(signals);
        _ = Libc.posix_spawnattr_setsigdefault(_pointers.Attributes, signals);
        _ = Libc.sigemptyset(signals);
        _ = Libc.posix_spawnattr_setsigmask(_pointers.Attributes, signals);
        _ = Libc.posix_spawn_file_actions_init(_pointers.FileActions);
        Connect(strings, streams);
    }

    public ProcessPointers Pointers => _pointers;

    /// <summary>In the words of the container runtimes, which people search for.</summary>
    public LaunchException CannotStart(int error) => new(
        _searched && error == Libc.NoSuchFile
            ? $"exec: \"{_command}\": executable file not found in $PATH"
            : $"exec: \"{_command}\": {Lower(Libc.Describe(error))}",
        error);

    public void Dispose()
    {
        _ = Libc.posix_spawnattr_destroy(_pointers.Attributes);
        _ = Libc.posix_spawn_file_actions_destroy(_pointers.FileActions);
    }

    private void Connect(NativeStrings strings, StandardStreams streams)
    {
        var actions = _pointers.FileActions;
        if (streams.Terminal is { } terminal)
        {
            // Opened by path and by the new process: that makes it the controlling terminal of its session.
            _ = Libc.posix_spawn_file_actions_addopen(actions, 0, strings.Add(terminal), Libc.ReadWrite, 0);
            _ = Libc.posix_spawn_file_actions_adddup2(actions, 0, 1);
            _ = Libc.posix_spawn_file_actions_adddup2(actions, 0, 2);
            return;
        }

        _ = streams.Input is { } input
            ? Libc.posix_spawn_file_actions_adddup2(actions, input, 0)
            : Libc.posix_spawn_file_actions_addopen(actions, 0, strings.Add("/dev/null"), 0, 0);
        ConnectOutput(strings, streams.Output, 1);
        ConnectOutput(strings, streams.Errors, 2);
    }

    private void ConnectOutput(NativeStrings strings, int? output, int descriptor) =>
        _ = output is { } given
            ? Libc.posix_spawn_file_actions_adddup2(_pointers.FileActions, given, descriptor)
            : Libc.posix_spawn_file_actions_addopen(_pointers.FileActions, descriptor, strings.Add("/dev/null"), Libc.ReadWrite, 0);

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
