using System.CommandLine;
using System.CommandLine.Parsing;
using Inlet.Local.Node.Images;

namespace Inlet.Cli.Commands;

/// <summary>The options that say what image names mean where images are not run.</summary>
internal static class ImageOptions
{
    public static Option<ImageCommand[]> Images() => new("--image")
    {
        Description = "Run COMMAND, a program of this machine, for containers of image NAME that bring no command (repeatable; NAME without a tag means every tag)",
        HelpName = "NAME=COMMAND",
        CustomParser = static result => Read(result, static text => [ImageCommand.Parse(text)]),
    };

    public static Option<ImageCommand[]> Files() => new("--image-file")
    {
        Description = "The same from a file, one NAME=COMMAND a line (repeatable; --image counts before it)",
        HelpName = "FILE",
        CustomParser = static result => Read(result, ImageCommand.ReadFile),
    };

    private static ImageCommand[] Read(ArgumentResult result, Func<string, IReadOnlyList<ImageCommand>> read)
    {
        var commands = new List<ImageCommand>();
        foreach (var token in result.Tokens)
        {
            try
            {
                commands.AddRange(read(token.Value));
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                result.AddError($"{(result.Parent as OptionResult)?.Option.Name} {e.Message}");
            }
        }

        return [.. commands];
    }
}
