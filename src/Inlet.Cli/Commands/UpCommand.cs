using System.CommandLine;
using System.Net;
using Inlet.Cli.Up;
using Inlet.Local;
using Inlet.Local.Node;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet up</c>: a Kubernetes on this machine, with the ingress controller deployed on it.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files("Apply these manifests once it runs; - reads standard input (repeatable)");
        var dataDirectory = DataDirectory();
        var bind = CommonOptions.Bind(IPAddress.Loopback);
        var api = CommonOptions.Port("--api-port", "The API server; 0 picks a free port (default 6443)", 0);
        var http = CommonOptions.Port("--http-port", "Plain HTTP of the ingress; 0 picks a free port (default 80, or 8080 where 80 is not to be had)", 0);
        var https = CommonOptions.Port("--https-port", "HTTPS of the ingress; 0 picks a free port (default 443, or 8443)", 0);
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Where to write the kubeconfig (default: kubeconfig in the data directory)", HelpName = "FILE" };
        var network = CommonOptions.Choice("--pod-network", "A network of its own for each pod, or the host's", PodNetworkMode.Auto);
        var runtime = CommonOptions.Choice("--runtime", "What containers run as: containers of Docker or Podman, or processes; auto takes an engine that answers", ContainerRuntimeMode.Auto);
        var images = ImageOptions.Images();
        var imageFiles = ImageOptions.Files();
        var output = CommonOptions.Choice("--output", "What is printed", OutputForm.Text);
        var command = new Command("up", "Run a Kubernetes on this machine, with the ingress controller on it, until stopped")
        {
            files, dataDirectory, bind, api, http, https, kubeconfig, network, runtime, images, imageFiles, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new LocalClusterOptions
            {
                DataDirectory = parsed.GetValue(dataDirectory)!,
                Bind = parsed.GetValue(bind)!,
                ApiPort = parsed.GetValue(api) ?? 6443,
                HttpPort = parsed.GetValue(http),
                HttpsPort = parsed.GetValue(https),
                Kubeconfig = parsed.GetValue(kubeconfig),
                PodNetwork = parsed.Chosen<PodNetworkMode>(network),
                Runtime = parsed.Chosen<ContainerRuntimeMode>(runtime),
                Images = [.. parsed.GetValue(imageFiles) ?? [], .. parsed.GetValue(images) ?? []],
                ProgramDirectory = Path.GetDirectoryName(Environment.ProcessPath),
            };
            await using var trim = new IdleTrim(TimeProvider.System);
            await new UpRun(options, parsed.GetValue(files) ?? [], UpOutputs.Choose(parsed.Chosen<OutputForm>(output)), TimeProvider.System).RunAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    public static Option<string> DataDirectory() => new("--data-dir")
    {
        Description = "Where everything is kept",
        HelpName = "DIR",
        DefaultValueFactory = static _ => ".inlet",
    };
}
