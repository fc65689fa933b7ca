namespace Inlet.Local.Node.Runtime;

internal unsafe struct ProcessPointers
{
    public byte** Candidates;
    public byte** Arguments;
    public byte** Environment;
    public void* FileActions;
    public void* Attributes;
}

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
        int output, int errors)
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
        _ = Libc.posix_spawn_file_actions_addopen(_pointers.FileActions, 0, strings.Add("/dev/null"), 0, 0);
        _ = Libc.posix_spawn_file_actions_adddup2(_pointers.FileActions, output, 1);
        _ = Libc.posix_spawn_file_actions_adddup2(_pointers.FileActions, errors, 2);
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

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
