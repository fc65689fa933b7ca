using System.Text;

using Inlet.Kubernetes;
using Inlet.Local.Node;

namespace Inlet.Local.Tests.Harness;

/// <summary>Stands for the node agent where no pod runs: the log of every container is the query that asked for it.</summary>
public sealed class EchoPodLogs : IPodAgent
{
    public async Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes($"{query}\n"), cancellationToken);
        if (query.Follow)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }

    public Task<int> ExecAsync(PodContainer container, IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken) =>
        throw NotRunning(container.Container);

    public Task AttachAsync(PodContainer container, ContainerStreams streams, CancellationToken cancellationToken) => throw NotRunning(container.Container);

    public Task<Stream> DialAsync(string ns, string pod, string podUid, int port, CancellationToken cancellationToken) => throw NotRunning(pod);

    public Task<NodeUsage> MeasureAsync(CancellationToken cancellationToken) => throw NotRunning("node");

    private static KubernetesApiException NotRunning(string name) => new(404, "NotFound", $"container not found (\"{name}\")");
}
