using System.Diagnostics;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Kubectl.Tests.Harness;

/// <summary>The kubectl on the PATH against a server of the test class's own, with its own kubeconfig and cache.</summary>
public sealed class KubectlCluster : IAsyncLifetime
{
    private LocalApiServer? _server;
    private int _namespaces;

    public LocalApiServer Server => _server!;

    public Kubectl Kubectl => new("kubectl", Server.Directory, Kubeconfig);

    public string Kubeconfig => Path.Combine(Server.Directory, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        _server = await LocalApiServer.StartAsync();
        Server.Credentials.WriteAdminKubeconfig(Kubeconfig, Server.Address);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Runs to its end and expects success.</summary>
    public Task<string> OkAsync(params string[] arguments) => Kubectl.OkAsync(arguments);

    /// <summary>Runs to its end and expects a refusal; the answer is standard error.</summary>
    public Task<string> FailsAsync(params string[] arguments) => Kubectl.FailsAsync(arguments);

    public Task<KubectlResult> RunAsync(params string[] arguments) => Kubectl.RunAsync(arguments, input: null);

    /// <param name="input">For <c>-f -</c>.</param>
    /// <param name="environment">Besides the test run's own.</param>
    public Task<KubectlResult> RunAsync(string[] arguments, string? input, params (string Name, string Value)[] environment) =>
        Kubectl.RunAsync(arguments, input, environment);

    /// <summary>Applies manifests given as text.</summary>
    public Task<string> ApplyAsync(string yaml, params string[] arguments) => Kubectl.ApplyAsync(yaml, arguments);

    /// <summary>A kubectl that goes on (<c>get -w</c>); the caller ends and disposes it.</summary>
    public Process Start(string[] arguments, params (string Name, string Value)[] environment) => Kubectl.Start(arguments, environment);

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
