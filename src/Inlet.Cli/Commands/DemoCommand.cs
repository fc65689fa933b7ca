using System.CommandLine;
using System.Net;
using Inlet.Cli.Demo;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet demo</c>: the small server of the examples.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Port("--port", "Where to listen; 0 picks a free port", 0);
        port.Required = true;
        var name = new Option<string>("--name") { Description = "The name it answers with", HelpName = "NAME", Required = true };
        var version = new Option<string>("--app-version", "--version") { Description = "The version it answers with", HelpName = "V", DefaultValueFactory = static _ => "v1" };
        var files = new Option<string[]>("--files")
        {
            Description = "Show the files below this directory too; mounted ConfigMaps and Secrets are found by themselves (repeatable)",
            HelpName = "DIR",
            DefaultValueFactory = static _ => [],
        };
        var bind = CommonOptions.Bind(IPAddress.Any);
        var command = new Command("demo", "Run a small server that answers with who it is and what it was asked") { port, name, version, files, bind };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await DemoServer.RunAsync(
                new DemoOptions(
                    parsed.GetValue(bind)!, parsed.GetValue(port)!.Value, parsed.GetValue(name)!, parsed.GetValue(version)!, parsed.GetValue(files) ?? []),
                cancellationToken);
            return 0;
        });
        return command;
    }
}
