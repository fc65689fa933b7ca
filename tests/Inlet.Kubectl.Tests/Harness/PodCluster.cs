using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local;
using Inlet.Local.Node;
using Inlet.Local.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Kubectl.Tests.Harness;

/// <summary>A whole cluster of this machine that runs pods, on the machine's own network.</summary>
public sealed class PodCluster : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryDirectory _directory = new();
    private LocalCluster? _cluster;
    private int _names;

    public LocalCluster Cluster => _cluster!;

    public string Directory => _directory.Path;

    public Kubectl Kubectl => With("kubectl");

    public Kubectl With(string program) => new(program, _directory.Path, Cluster.KubeconfigPath);

    public async ValueTask InitializeAsync() => _cluster = await LocalCluster.StartAsync(
        new LocalClusterOptions
        {
            DataDirectory = Path.Combine(_directory.Path, "data"),
            ApiPort = 0,
            HttpPort = 0,
            HttpsPort = 0,
            PodNetwork = PodNetworkMode.Host,
        },
        NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>A pod of one container that runs a shell script, once it is ready.</summary>
    /// <param name="more">Members of the container, as JSON members with a leading comma.</param>
    /// <returns>Its name.</returns>
    public async Task<string> PodAsync(string name, string script = "exec sleep 1000", string more = "")
    {
        name = $"{name}-{Interlocked.Increment(ref _names)}";
        var pod = JsonNode.Parse(
            $$"""
            {"metadata":{"name":"{{name}}"},"spec":{"terminationGracePeriodSeconds":1,"containers":[
              {"name":"app","image":"process","command":["/bin/sh","-c",{{JsonValue.Create(script).ToJsonString()}}]{{more}} } ] } }
            """)!.AsObject();
        await Cluster.Api.CreateAsync(ResourceTypes.Pods, "default", pod, WriteQuery.Default, CancellationToken.None);
        await Kubectl.OkAsync("wait", "--for=condition=Ready", $"pod/{name}", $"--timeout={Patience.TotalSeconds}s");
        return name;
    }
}
