using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Routing;
using Inlet.Translation;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>
/// The one loop that changes what the data plane serves. Takes in whatever has arrived, then publishes: endpoints at once,
/// routes at once after a quiet moment and otherwise held off a little, so that a thousand Ingresses applied together
/// are compiled a few times and not a thousand times. Status and Events follow after the data plane, never before.
/// </summary>
internal sealed class ControlLoop(
    ClusterState state, ProxyServer proxy, ChannelReader<ClusterChange> changes, Action<Publication> onPublished, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    // Compiling may take at most a fifth of a core while changes pour in.
    private const int PausePerWork = 4;

    private RouteModel _model = RouteModel.Empty;
    private RoutingTable _table = RoutingTable.Empty;
    private EquatableArray<Verdict> _certificateVerdicts;
    private Service? _publishedService;
    private bool _everPublished;
    private long _pauseStart;
    private TimeSpan _pause;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken))
        {
            while (changes.TryRead(out var change))
            {
                Apply(change);
            }

            if (!state.IsComplete)
            {
                // Half a cluster would be a table with routes missing: wait for the whole.
                continue;
            }

            PublishEndpoints();
            if ((state.RoutesChanged || state.ServicesChanged) && time.GetElapsedTime(_pauseStart) >= _pause)
            {
                TryPublishRoutes();
            }
        }
    }

    private void TryPublishRoutes()
    {
        try
        {
            PublishRoutes();
        }
        catch (Exception exception)
        {
            // What is in force stays in force; the next change tries again.
            ControllerLog.PublishFailed(logger, exception);
        }
    }

    /// <summary>Waits for a change, or for the end of the pause when routes are due.</summary>
    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        if (!state.IsComplete || !(state.RoutesChanged || state.ServicesChanged))
        {
            return await changes.WaitToReadAsync(cancellationToken);
        }

        var left = _pause - time.GetElapsedTime(_pauseStart);
        if (left <= TimeSpan.Zero)
        {
            return true;
        }

        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), pause, left, Timeout.InfiniteTimeSpan);
        try
        {
            return await changes.WaitToReadAsync(pause.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    private void Apply(ClusterChange change)
    {
        try
        {
            state.Apply(change);
        }
        catch (Exception exception)
        {
            // One object must not stop the loop for all others.
            ControllerLog.ChangeFailed(logger, change.GetType().Name, exception);
        }
    }

    private void PublishEndpoints()
    {
        foreach (var endpoints in state.Endpoints.TakeChanges())
        {
            proxy.PublishEndpoints(endpoints);
        }
    }

    private void PublishRoutes()
    {
        var started = time.GetTimestamp();
        state.RoutesChanged = false;
        state.ServicesChanged = false;
        var translated = state.Translator.Translate();
        if (!ReferenceEquals(translated.Model, _model) || !_everPublished)
        {
            // Endpoints first: a new route must not answer 503 for want of what we already know.
            Follow(translated);
            PublishEndpoints();
            _table = RoutingTable.Compile(translated.Model, _table, proxy.Backends);
            _certificateVerdicts = proxy.Publish(translated.Model, _table);
            _model = translated.Model;
            _everPublished = true;
            ControllerLog.Published(logger, _model.Hosts.Count, time.GetElapsedTime(started).TotalMilliseconds);
        }

        PublishRedirectPorts();
        Pause(time.GetElapsedTime(started));
        EquatableArray<Verdict> verdicts = [.. state.SettingsVerdicts, .. translated.Verdicts, .. BackendVerdicts.For(_model, state.Endpoints), .. _certificateVerdicts];
        onPublished(new Publication(translated.Ours, verdicts, _model) { Admission = state.Admission(translated.Ours) });
    }

    private void PublishRedirectPorts()
    {
        if (!ReferenceEquals(state.PublishedService, _publishedService))
        {
            _publishedService = state.PublishedService;
            proxy.PublishRedirectPorts(_publishedService is null ? new Dictionary<int, int>() : RedirectPorts.Of(_publishedService, proxy.HttpPort, proxy.HttpsPort));
        }
    }

    private void Pause(TimeSpan work)
    {
        var wanted = work * PausePerWork;
        _pause = wanted < ShortestPause ? ShortestPause : wanted > LongestPause ? LongestPause : wanted;
        _pauseStart = time.GetTimestamp();
    }

    private void Follow(TranslationResult translated)
    {
        foreach (var host in translated.Changed)
        {
            foreach (var route in host.Routes)
            {
                Follow(route.Split);
                Follow(route.Policies);
            }
        }

        if (translated.Model.DefaultBackend is { } fallback)
        {
            Follow(fallback);
            Follow(translated.Model.DefaultPolicies);
        }
    }

    private void Follow(RoutePolicies policies)
    {
        if (policies.ErrorPages?.Backend is { } backend)
        {
            state.Endpoints.Follow(backend);
        }
    }

    private void Follow(Split split)
    {
        if (split.Primary is { } primary)
        {
            state.Endpoints.Follow(primary);
        }

        foreach (var canary in split.Canaries)
        {
            state.Endpoints.Follow(canary.Backend);
        }
    }
}
