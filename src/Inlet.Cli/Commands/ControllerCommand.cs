using System.CommandLine;
using System.Net;
using Inlet.Controller;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet controller</c>: the ingress controller, against any cluster or from watched files.</summary>
internal static class ControllerCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files("Take the objects from these files and directories, watched, instead of an API server (repeatable)");
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "The cluster to serve (default: KUBECONFIG, the pod's ServiceAccount, ~/.kube/config)", HelpName = "FILE" };
        var bind = CommonOptions.Bind(IPAddress.Any);
        var http = CommonOptions.Port("--http-port", "Plain HTTP; 0 picks a free port (default 80)", 0);
        var https = CommonOptions.Port("--https-port", "HTTPS; 0 picks a free port, -1 opens none (default 443)", -1);
        var admin = CommonOptions.Port("--admin-port", "Health, readiness and metrics; 0 picks a free port, -1 opens none (default 10254)", -1);
        var loops = new Option<int>("--loops") { Description = "Event loops", HelpName = "N", DefaultValueFactory = static _ => Environment.ProcessorCount };
        loops.Validators.Add(static result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > 1024)
            {
                result.AddError("--loops: write a number from 1 to 1024");
            }
        });
        var ingressClass = new Option<string>("--ingress-class")
        {
            Description = "The class that the old annotation kubernetes.io/ingress.class has to name",
            HelpName = "NAME",
            DefaultValueFactory = static _ => "inlet",
        };
        var watchNamespace = new Option<string?>("--watch-namespace") { Description = "Serve the Ingresses of this namespace only (default: all)", HelpName = "NAME" };
        var publishService = new Option<string?>("--publish-service") { Description = "Write this Service's address into the status of the Ingresses served", HelpName = "NAMESPACE/NAME" };
        var grace = CommonOptions.Duration("--shutdown-grace", "How long requests in flight may take at shutdown", TimeSpan.FromSeconds(30));

        var allowUpstream = CommonOptions.Networks(
            "--allow-upstream-cidr", "URLs in annotations may lead to these addresses although they are this machine's, link-local, or the API server's (repeatable)");
        var passthrough = new Option<bool>("--enable-ssl-passthrough") { Description = "Honour the annotation ssl-passthrough: TLS connections go to endpoints as they are" };
        var accessLog = AccessLogOption.Create();
        var dataPlane = new DataPlaneFlags();

        var command = new Command("controller", "Run the ingress controller, against a cluster or from watched files")
        {
            files, kubeconfig, bind, http, https, admin, loops, ingressClass, watchNamespace, publishService, grace, allowUpstream, passthrough, accessLog,
        };
        foreach (var option in dataPlane.All)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var trim = new IdleTrim(TimeProvider.System);
            await ControllerHost.RunAsync(
                new ControllerOptions
                {
                    Files = parsed.GetValue(files) ?? [],
                    Kubeconfig = parsed.GetValue(kubeconfig),
                    Bind = parsed.GetValue(bind)!,
                    HttpPort = parsed.GetValue(http) ?? 80,
                    HttpsPort = parsed.GetValue(https) ?? 443,
                    AdminPort = parsed.GetValue(admin) ?? 10254,
                    Loops = parsed.GetValue(loops),
                    IngressClass = parsed.GetValue(ingressClass)!,
                    WatchNamespace = parsed.GetValue(watchNamespace),
                    PublishService = parsed.GetValue(publishService),
                    EnableSslPassthrough = parsed.GetValue(passthrough),
                    AllowUpstreamCidrs = parsed.GetValue(allowUpstream) ?? [],
                    DrainGrace = parsed.GetValue(grace),
                    DataPlane = options => dataPlane.Change(options, parsed),
                    TraceExport = dataPlane.TraceExport(parsed),
                    AccessLog = AccessLogOption.Open(parsed.GetValue(accessLog)!),
                },
                cancellationToken);
            return 0;
        });
        return command;
    }
}
