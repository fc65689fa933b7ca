using Inlet.Kubernetes;
using Inlet.Local.Node.Probes;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Status;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// Watches one instance of a container while it runs: its <c>postStart</c> hook first, then its startup probe, then readiness
/// and liveness beside each other. What it learns reaches the pod's worker as notes.
/// </summary>
/// <param name="restart">Ends the instance; called from a note.</param>
internal sealed class ContainerWatch(
    NodeContext node, ContainerUnit unit, IRunningContainer instance, PodFacts facts, Action<Action> post,
    Action<ContainerUnit, IRunningContainer, string, TimeSpan?> restart)
{
    private readonly HandlerTarget _target = new(instance, unit.Spec, facts.PodAddress);
    private readonly DateTimeOffset _started = node.Time.GetUtcNow();

    /// <returns>Completes when cancelled; never fails.</returns>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await RunStartHookAsync(cancellationToken))
            {
                return;
            }

            await WaitStartedAsync(cancellationToken);
            var hasReadiness = unit.Spec.Object("readinessProbe") is not null;
            Note(() =>
            {
                unit.IsStarted = true;
                unit.IsReady |= !hasReadiness;
            });
            await Task.WhenAll(
                ProbeAsync("readinessProbe", "Readiness", tryEarly: true, Ready, cancellationToken),
                ProbeAsync("livenessProbe", "Liveness", tryEarly: false, alive => RestartUnless(alive, "livenessProbe", "liveness"), cancellationToken));
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e)
        {
            NodeLog.PodFailed(node.Logger, facts.Pod.Name(), e);
        }
    }

    private async Task<bool> RunStartHookAsync(CancellationToken cancellationToken)
    {
        if (unit.Spec.Object("lifecycle").Object("postStart") is not { } hook)
        {
            return true;
        }

        var result = await Handlers.RunAsync(hook, _target, cancellationToken);
        if (!result.IsSuccess)
        {
            Record(PodEvents.Warning, "FailedPostStartHook", $"PostStartHook failed: {result.Message}");
            Note(() => restart(unit, instance, $"FailedPostStartHook: container {unit.Name} will be restarted", null));
        }

        return result.IsSuccess;
    }

    private async Task WaitStartedAsync(CancellationToken cancellationToken)
    {
        using var started = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await ProbeAsync(
                "startupProbe", "Startup", tryEarly: true,
                success =>
                {
                    if (success)
                    {
                        started.Cancel();
                    }
                    else
                    {
                        RestartUnless(alive: false, "startupProbe", "startup");
                    }
                },
                started.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The probe has succeeded once and is not run again.
        }
    }

    private async Task ProbeAsync(string field, string name, bool tryEarly, Action<bool> onVerdict, CancellationToken cancellationToken)
    {
        if (ProbeSpec.Read(unit.Spec, field) is { } spec)
        {
            var prober = new Prober(spec, _target, node.Time, message => Record(PodEvents.Warning, "Unhealthy", $"{name} probe failed: {message}"));
            await prober.RunAsync(_started, tryEarly, onVerdict, cancellationToken);
        }
    }

    private void Ready(bool isReady) => Note(() => unit.IsReady = isReady);

    private void RestartUnless(bool alive, string field, string name)
    {
        if (!alive)
        {
            var grace = unit.Spec.Object(field).Integer("terminationGracePeriodSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            Note(() => restart(unit, instance, $"Container {unit.Name} failed {name} probe, will be restarted", grace));
        }
    }

    // A note may be read when the instance is gone: it must not speak for the next one.
    private void Note(Action change) => post(() =>
    {
        if (unit.Instance == instance)
        {
            change();
        }
    });

    private void Record(string type, string reason, string message) =>
        node.Events.Record(facts.Pod, type, reason, message, unit.Name, unit.IsInit);
}
