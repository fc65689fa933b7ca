using System.Text;

using Inlet.Local.Node;

namespace Inlet.Local.Tests.Harness;

/// <summary>Stands for the node agent where no pod runs: the log of every container is the query that asked for it.</summary>
public sealed class EchoPodLogs : IPodLogs
{
    public async Task WriteAsync(PodLogQuery query, Stream output, CancellationToken cancellationToken)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes($"{query}\n"), cancellationToken);
        if (query.Follow)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
