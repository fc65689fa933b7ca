using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Kubectl.Tests.Harness;

/// <param name="Code">Exit status.</param>
public sealed record KubectlResult(int Code, string Out, string Error)
{
    /// <summary>Both streams, for assertions that do not care which one kubectl chose.</summary>
    public string All => Out + Error;
}

/// <summary>The kubectl on the PATH against a server of the test class's own, with its own kubeconfig and cache.</summary>
public sealed class KubectlCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private LocalApiServer? _server;
    private int _namespaces;

    public LocalApiServer Server => _server!;

    public string Kubeconfig => Path.Combine(Server.Directory, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        _server = await LocalApiServer.StartAsync();
        Server.Credentials.WriteAdminKubeconfig(Kubeconfig, Server.Address);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Runs to its end and expects success.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.Code == 0, $"kubectl {string.Join(' ', arguments)} exited with {result.Code}:\n{result.All}");
        return result.Out;
    }

    /// <summary>Runs to its end and expects a refusal; the answer is standard error.</summary>
    public async Task<string> FailsAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.True(result.Code != 0, $"kubectl {string.Join(' ', arguments)} succeeded:\n{result.All}");
        return result.Error;
    }

    public Task<KubectlResult> RunAsync(params string[] arguments) => RunAsync(arguments, input: null);

    /// <param name="input">For <c>-f -</c>.</param>
    /// <param name="environment">Besides the test run's own.</param>
    public async Task<KubectlResult> RunAsync(string[] arguments, string? input, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end within {Limit}:\n{await output}{await error}");
        }

        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Applies manifests given as text.</summary>
    public async Task<string> ApplyAsync(string yaml, params string[] arguments)
    {
        var result = await RunAsync(["apply", "-f", "-", .. arguments], yaml);
        Assert.True(result.Code == 0, $"kubectl apply exited with {result.Code}:\n{result.All}");
        return result.Out;
    }

    /// <summary>A kubectl that goes on (<c>get -w</c>); the caller ends and disposes it.</summary>
    public Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("kubectl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Server.Directory,
        };
        string[] configuration = arguments.Contains("--kubeconfig") ? [] : ["--kubeconfig", Kubeconfig];
        foreach (var argument in (string[])[.. configuration, "--cache-dir", Path.Combine(Server.Directory, "cache"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // A proxy or a kubeconfig of the machine has no part in this.
        foreach (var name in (string[])["KUBECONFIG", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("kubectl could not be started");
    }

    /// <summary>A namespace of one test's own, its name made unique.</summary>
    public async Task<string> NamespaceAsync(string name)
    {
        name = $"{name}-{Interlocked.Increment(ref _namespaces)}";
        await Server.CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        return name;
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Server.Directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
