using System.CommandLine;
using Inlet.Cli.Lint;
using Inlet.Controller;
using Inlet.Kubernetes;
using Inlet.Translation;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet lint</c>: what the controller would say about manifests, or about a cluster's Ingresses.</summary>
internal static class LintCommand
{
    public static Command Create()
    {
        var files = CommonOptions.Files("Files and directories with manifests; - reads standard input (repeatable)");
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Lint the Ingresses of this cluster in place of files", HelpName = "FILE" };
        var byClass = new Option<string?>("--class")
        {
            Description = "Lint Ingresses of this class, and of none, by its rules (default: each by the rules of its class, those of none as nginx)",
            HelpName = "nginx|inlet",
        };
        byClass.AcceptOnlyFromAmong("nginx", "inlet");
        var output = CommonOptions.Choice("--output", "What is printed", LintForm.Text);
        var command = new Command("lint", "Say what in Ingresses has no effect, is invalid, conflicts or differs. Exit code: 0 nothing, 1 findings, 2 unusable input")
        {
            files, kubeconfig, byClass, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(files) is { Length: > 0 } == result.GetValue(kubeconfig) is not null)
            {
                result.AddError("give either -f or --kubeconfig");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var input = parsed.GetValue(kubeconfig) is { } config
                ? await FromClusterAsync(config, cancellationToken) : ObjectInput.Read(parsed.GetValue(files)!, Console.In);
            IngressBehaviour? behaviour = parsed.GetValue(byClass) switch { "nginx" => IngressBehaviour.IngressNginx, "inlet" => IngressBehaviour.Inlet, _ => null };
            var report = Linter.Run(input, behaviour);
            LintOutput.Write(report, parsed.Chosen<LintForm>(output), Console.Out);
            foreach (var problem in report.Problems)
            {
                await Console.Error.WriteLineAsync($"inlet: {problem}");
            }

            return report.Problems.Count > 0 ? CommandRunner.UnusableInput : report.IsClean ? 0 : CommandRunner.Failed;
        });
        return command;
    }

    private static async Task<ObjectInput> FromClusterAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        using var api = new HttpKubernetesApi(KubeConfig.Load(kubeconfig));
        return await ObjectInput.ReadAsync(api, cancellationToken);
    }
}
