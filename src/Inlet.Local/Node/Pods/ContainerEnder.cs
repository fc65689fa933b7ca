using Inlet.Kubernetes;
using Inlet.Local.Node.Probes;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Status;

namespace Inlet.Local.Node.Pods;

/// <summary>Ends an instance of a container as Kubernetes does: <c>preStop</c>, SIGTERM, and SIGKILL when the grace period is over.</summary>
internal sealed class ContainerEnder(NodeContext node)
{
    /// <summary>What a container still gets when its <c>preStop</c> hook used up the grace period.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <param name="drain">Completes when no new requests are on their way to the pod.</param>
    /// <returns>Completes when the instance has ended; never fails.</returns>
    public async Task EndAsync(ContainerUnit unit, IRunningContainer instance, PodFacts facts, string why, Task drain, CancellationToken graceOver)
    {
        node.Events.Record(facts.Pod, PodEvents.Normal, "Killing", why, unit.Name, unit.IsInit);
        var hookTookAll = await RunHookAsync(unit, instance, facts, graceOver);
        // One that has ended already has nothing to wait for.
        await Task.WhenAny(drain, instance.Exited);
        instance.Signal(Libc.SignalTerminate);
        try
        {
            if (hookTookAll)
            {
                await instance.Exited.WaitAsync(LeastGrace, node.Time, CancellationToken.None);
            }
            else
            {
                await instance.Exited.WaitAsync(graceOver);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            instance.Signal(Libc.SignalKill);
            await instance.Exited;
        }
    }

    private async Task<bool> RunHookAsync(ContainerUnit unit, IRunningContainer instance, PodFacts facts, CancellationToken graceOver)
    {
        if (unit.Spec.Object("lifecycle").Object("preStop") is not { } hook)
        {
            return false;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(graceOver);
        var run = RunSafelyAsync(hook, new HandlerTarget(instance, unit.Spec, facts.PodAddress), stop.Token);
        // A container that ends by itself meanwhile needs no hook any more.
        if (await Task.WhenAny(run, instance.Exited) != run)
        {
            await stop.CancelAsync();
        }

        var result = await run;
        if (!result.IsSuccess && !stop.IsCancellationRequested)
        {
            node.Events.Record(facts.Pod, PodEvents.Warning, "FailedPreStopHook", $"PreStopHook failed: {result.Message}", unit.Name, unit.IsInit);
        }

        return graceOver.IsCancellationRequested;
    }

    private static async Task<ProbeResult> RunSafelyAsync(System.Text.Json.Nodes.JsonObject hook, HandlerTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await Handlers.RunAsync(hook, target, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return ProbeResult.Failure("it took longer than the grace period");
        }
    }
}
