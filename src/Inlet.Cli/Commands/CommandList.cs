using System.CommandLine;

namespace Inlet.Cli.Commands;

/// <summary>The commands there are, in the order of the help.</summary>
internal static class CommandList
{
    private static readonly (string Name, Func<Command> Create)[] All =
    [
        ("up", static () => UpCommand.Create()),
        ("reset", static () => ResetCommand.Create()),
        ("controller", static () => ControllerCommand.Create()),
        ("lint", static () => LintCommand.Create()),
        ("explain", static () => ExplainCommand.Create()),
        ("demo", static () => DemoCommand.Create()),
    ];

    /// <summary>
    /// Only the one that is asked for, where it is: the options of <c>up</c> bring the whole local cluster into memory, which each
    /// controller and each pod of the demo would carry for nothing.
    /// </summary>
    public static IEnumerable<Command> For(IReadOnlyList<string> arguments) =>
        (arguments is [var name, ..] ? Array.Find(All, one => one.Name == name) : default) is { Create: { } create }
            ? [create()]
            : All.Select(static one => one.Create());
}
