using Inlet.Kubernetes;
using Inlet.Local.Controllers.Bootstrap;
using Inlet.Local.Controllers.CronJobs;
using Inlet.Local.Controllers.DaemonSets;
using Inlet.Local.Controllers.Deployments;
using Inlet.Local.Controllers.EndpointSlices;
using Inlet.Local.Controllers.Events;
using Inlet.Local.Controllers.GarbageCollection;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Jobs;
using Inlet.Local.Controllers.Namespaces;
using Inlet.Local.Controllers.ReplicaSets;
using Inlet.Local.Controllers.Scheduling;
using Inlet.Local.Controllers.Services;
using Inlet.Local.Controllers.StatefulSets;
using Inlet.Local.Events;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers;

/// <summary>Runs the controllers a single machine needs until cancelled. They keep all their state in the API: a run that is cut off goes on where the next begins.</summary>
public sealed class ControllerManager(IKubernetesApi api, ControllerOptions options, ILoggerFactory loggers, TimeProvider time)
{
    public ControllerManager(IKubernetesApi api, ILoggerFactory loggers, TimeProvider time)
        : this(api, new ControllerOptions(), loggers, time)
    {
    }

    /// <summary>Returns normally once <paramref name="cancellationToken"/> fires and every controller has stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger("inlet.controllers");
        var informers = new SharedInformers(api, time, logger);
        var events = new EventRecorder(api, time, logger);
        var context = new ControllerContext(api, informers, new ObjectWriter(api, informers), events, options, time, logger);
        var controllers = Controllers(context);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [events.RunAsync(stop.Token), .. informers.Run(stop.Token)];
        try
        {
            // No controller decides anything before all have seen everything: half a list of pods would be topped up.
            await informers.WaitForSyncAsync(stop.Token);
            running.AddRange(controllers.Select(controller => controller.RunAsync(stop.Token)));
            await Task.WhenAny(running).Unwrap();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    // Each takes the informers it needs as it is made; they run only when all have.
    private List<IController> Controllers(ControllerContext context)
    {
        List<IController> controllers =
        [
            new BootstrapController(context),
            new DeploymentController(context),
            new ReplicaSetController(context),
            new StatefulSetController(context),
            new DaemonSetController(context),
            new JobController(context),
            new CronJobController(context),
            new Scheduler(context),
            new EndpointSliceController(context),
            new EndpointsController(context),
            new EndpointsMirrorController(context),
            new LoadBalancerController(context),
            new NamespaceController(context),
            new GarbageCollector(context),
            new EventExpiryController(context),
        ];
        if (options.ApiServer is { } apiServer)
        {
            controllers.Add(new KubernetesServiceController(context, apiServer));
        }

        return controllers;
    }
}
