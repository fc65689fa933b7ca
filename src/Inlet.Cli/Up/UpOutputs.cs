using Spectre.Console;

namespace Inlet.Cli.Up;

internal static class UpOutputs
{
    public static IUpOutput Choose(OutputForm form) => form switch
    {
        OutputForm.Json => new JsonOutput(Console.Out),
        _ when Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi => new PlainOutput(Console.Out, TimeProvider.System),
        _ => new TerminalOutput(AnsiConsole.Console, TimeProvider.System),
    };
}
