using System.CommandLine;
using Inlet.Cli;
using Inlet.Cli.Commands;

var root = new RootCommand("Inlet: an ingress controller for Kubernetes with its own data plane, and a Kubernetes on one machine to run it on.");
foreach (var command in CommandList.For(args))
{
    root.Add(command);
}

return await CommandRunner.RunAsync(root, args);
