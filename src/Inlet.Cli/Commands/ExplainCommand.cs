using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Cli.Explain;
using Inlet.Controller;
using Inlet.Kubernetes;
using Inlet.Translation;

namespace Inlet.Cli.Commands;

/// <summary>What <c>inlet explain</c> prints.</summary>
internal enum ExplainForm
{
    Text,
    Json,
}

/// <summary><c>inlet explain</c>: which rule takes a request, why, and what becomes of it.</summary>
internal static class ExplainCommand
{
    // TEST-NET-1 (RFC 5737): nobody's, so on no list by accident.
    private static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");

    public static Command Create()
    {
        var url = new Argument<string>("url") { Description = "The URL asked for", HelpName = "URL" };
        var method = new Option<string>("--request", "-X") { Description = "The method", HelpName = "METHOD", DefaultValueFactory = static _ => "GET" };
        var headers = new Option<string[]>("--header", "-H") { Description = "A header of the request (repeatable)", HelpName = "'NAME: VALUE'", DefaultValueFactory = static _ => [] };
        var client = new Option<string>("--client") { Description = "The address it comes from", HelpName = "ADDRESS", DefaultValueFactory = static _ => Somebody.ToString() };
        var files = CommonOptions.Files("Files and directories with manifests; - reads standard input (repeatable)");
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Explain by the objects of this cluster", HelpName = "FILE" };
        var server = new Option<string?>("--server") { Description = "Ask a running controller, at its admin port", HelpName = "HOST:PORT" };
        var byClass = new Option<string>("--class") { Description = "The class whose Ingresses are served, by its rules; with --server the controller's own", HelpName = "nginx|inlet", DefaultValueFactory = static _ => "inlet" };
        byClass.AcceptOnlyFromAmong("nginx", "inlet");
        var output = CommonOptions.Choice("--output", "What is printed", ExplainForm.Text);
        var command = new Command("explain", "Say which rule takes a request, why the others do not, and what becomes of it")
        {
            url, method, headers, client, files, kubeconfig, server, byClass, output,
        };
        command.Validators.Add(result =>
        {
            var sources = (result.GetValue(files) is { Length: > 0 } ? 1 : 0) + (result.GetValue(kubeconfig) is null ? 0 : 1) + (result.GetValue(server) is null ? 0 : 1);
            if (sources != 1)
            {
                result.AddError("give one of -f, --kubeconfig and --server");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var address = IPAddress.TryParse(parsed.GetValue(client), out var parsedAddress)
                ? parsedAddress : throw new ControllerException($"--client {parsed.GetValue(client)}: write an IP address");
            var request = ExplainRequest.Parse(parsed.GetValue(method)!, parsed.GetValue(url)!, parsed.GetValue(headers)!, address);
            var explanation = parsed.GetValue(server) is { } admin
                ? await AskAsync(admin, request, parsed.GetValue(url)!, cancellationToken)
                : await Explainer.ExplainAsync(
                    await StateAsync(parsed.GetValue(files)!, parsed.GetValue(kubeconfig), parsed.GetValue(byClass)!, cancellationToken), request, cancellationToken);
            if (parsed.Chosen<ExplainForm>(output) == ExplainForm.Json)
            {
                JsonText.WriteIndented(explanation, Console.Out);
            }
            else
            {
                ExplainText.Write(explanation, Console.Out);
            }

            return 0;
        });
        return command;
    }

    private static async Task<ExplainedState> StateAsync(string[] files, string? kubeconfig, string byClass, CancellationToken cancellationToken)
    {
        var options = byClass == "nginx" ? TranslationOptions.IngressNginx : new TranslationOptions();
        if (kubeconfig is not null)
        {
            using var api = new HttpKubernetesApi(KubeConfig.Load(kubeconfig));
            return ExplainedState.From(await ObjectInput.ReadAsync(api, cancellationToken), options, ControllerOptions.ProxyFor(options.Behaviour));
        }

        var input = ObjectInput.Read(files, Console.In);
        foreach (var problem in input.Problems)
        {
            await Console.Error.WriteLineAsync($"inlet: {problem}");
        }

        return ExplainedState.From(input, options with { ClassObjectOptional = true, IngressesWithoutClass = true }, ControllerOptions.ProxyFor(options.Behaviour));
    }

    private static async Task<JsonObject> AskAsync(string admin, ExplainRequest request, string url, CancellationToken cancellationToken)
    {
        var query = $"url={Uri.EscapeDataString(url)}&method={Uri.EscapeDataString(request.Method)}&client={Uri.EscapeDataString(request.Client.ToString())}"
            + string.Concat(request.Fields.Select(static field => $"&header={Uri.EscapeDataString($"{field.Name}: {field.Value}")}"));
        var root = admin.Contains("://", StringComparison.Ordinal) ? admin.TrimEnd('/') : $"http://{admin}";
        try
        {
            using var http = new HttpClient();
            using var response = await http.GetAsync(new Uri($"{root}/explain?{query}"), cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode && JsonNode.Parse(text) is JsonObject explanation
                ? explanation : throw new ControllerException($"{root} answers {(int)response.StatusCode}: {text.Trim()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or UriFormatException or JsonException)
        {
            throw new ControllerException($"--server {admin}: {exception.Message}. Write the address of a controller's admin port, such as 127.0.0.1:10254.", exception);
        }
    }
}
