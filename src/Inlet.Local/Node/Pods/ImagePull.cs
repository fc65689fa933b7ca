using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Status;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// Gets the images of a pod's containers ready, beside the pod's worker: a pull may take minutes, and a pod can be deleted
/// meanwhile.
/// </summary>
/// <param name="post">Leaves a note in the worker's mailbox.</param>
internal sealed class ImagePull(NodeContext node, Action<Action> post) : IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    private readonly PullSecrets _secrets = new(node.Objects);
    private readonly CancellationTokenSource _stop = new();

    /// <returns>Whether the image can be run now; when not, a note comes when that may have changed.</returns>
    /// <exception cref="ImageException">It cannot, and only a change of the pod, or another try, can help.</exception>
    public async Task<bool> IsReadyAsync(ContainerUnit unit, PodFacts facts)
    {
        var pull = unit.Pull ??= PullAsync(unit, facts);
        if (!pull.IsCompleted)
        {
            _ = pull.ContinueWith(_ => post(static () => { }), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return false;
        }

        // With the next instance the policy is asked again.
        unit.Pull = null;
        await pull;
        unit.PullRetry = TimeSpan.Zero;
        return true;
    }

    /// <summary>How long to wait after a failed pull: 10 seconds, doubling to 5 minutes (Kubernetes, "ImagePullBackOff").</summary>
    public static TimeSpan NextRetry(ContainerUnit unit) =>
        unit.PullRetry = unit.PullRetry == TimeSpan.Zero ? FirstRetry : unit.PullRetry * 2 > LongestRetry ? LongestRetry : unit.PullRetry * 2;

    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    private async Task PullAsync(ContainerUnit unit, PodFacts facts)
    {
        var image = unit.Spec.String("image") ?? "";
        var request = new ImageRequest(image, unit.Spec.Array("command") is { Count: > 0 });
        if (!node.Runtime.RunsAsProcess(image))
        {
            request = request with
            {
                PullPolicy = unit.Spec.String("imagePullPolicy") ?? "IfNotPresent",
                Credentials = await _secrets.ReadAsync(facts.Pod, _stop.Token),
                Tell = (reason, message) => node.Events.Record(facts.Pod, PodEvents.Normal, reason, message, unit.Name, unit.IsInit),
            };
        }

        await node.Runtime.EnsureImageAsync(request, _stop.Token);
    }
}
