using System.CommandLine;
using Inlet.Local;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet reset</c>: forgets everything <c>inlet up</c> keeps.</summary>
internal static class ResetCommand
{
    public static Command Create()
    {
        var dataDirectory = UpCommand.DataDirectory();
        var command = new Command("reset", "Remove the data directory of 'inlet up', and what a killed one left on this machine") { dataDirectory };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(dataDirectory)!;
            var removed = LocalCluster.Reset(path);
            Console.WriteLine(removed ? $"removed {path}" : $"there is nothing at {path}");
            return 0;
        });
        return command;
    }
}
