using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Network;

/// <summary>The network of this instance's pods.</summary>
internal sealed class PodNetwork(NodeNetwork plan, ILogger logger) : IAsyncDisposable
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = (plan, logger);
        return Task.CompletedTask;
    }

    public Task<PodAttachment> AttachAsync(string podUid, CancellationToken cancellationToken) =>
        Task.FromResult(new PodAttachment(plan.Gateway, null));

    public Task DetachAsync(string podUid)
    {
        _ = logger;
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
