using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Queues;

namespace Inlet.Local.Controllers;

/// <summary>
/// A loop over keys that are to be brought in line with what the API holds. What is to be done is read from the informers each
/// time, never remembered: a key may come once too often, late, or first of all after a restart.
/// </summary>
/// <param name="name">As Kubernetes calls it; the <c>source.component</c> of its Events.</param>
internal abstract class Controller<TKey>(string name, ControllerContext context) : IController where TKey : notnull
{
    private const int Workers = 4;

    protected WorkQueue<TKey> Queue { get; } = new(context.Time);

    protected ControllerContext Context { get; } = context;

    protected DateTimeOffset Now => Context.Time.GetUtcNow();

    public virtual async Task RunAsync(CancellationToken cancellationToken)
    {
        using (Queue)
        {
            await Queue.RunAsync(Workers, WorkAsync, cancellationToken);
        }
    }

    /// <summary>Brings one key in line. What it throws is logged, and the key comes again after a pause.</summary>
    protected abstract Task SyncAsync(TKey key, CancellationToken cancellationToken);

    protected void Enqueue(IEnumerable<TKey> keys)
    {
        foreach (var key in keys)
        {
            Queue.Add(key);
        }
    }

    protected void Normal(JsonObject about, string reason, string message) =>
        Context.Events.Record(name, about, "Normal", reason, message);

    protected void Warning(JsonObject about, string reason, string message) =>
        Context.Events.Record(name, about, "Warning", reason, message);

    private async Task WorkAsync(TKey key, CancellationToken cancellationToken)
    {
        try
        {
            await SyncAsync(key, cancellationToken);
            Queue.Forget(key);
            return;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsConflict)
        {
            // Somebody else was first: the ordinary case, worth no line in the log.
        }
        catch (KubernetesApiException refused)
        {
            ControllerLog.SyncFailed(Context.Logger, name, $"{key}", refused.Message);
        }
        catch (Exception broken)
        {
            ControllerLog.SyncBroke(Context.Logger, name, $"{key}", broken);
        }

        Queue.AddAfterFailure(key);
    }
}

internal interface IController
{
    /// <returns>Ends only by cancellation, with <see cref="OperationCanceledException"/>.</returns>
    Task RunAsync(CancellationToken cancellationToken);
}
