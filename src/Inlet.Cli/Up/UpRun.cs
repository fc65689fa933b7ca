using Inlet.Controller;
using Inlet.Kubernetes;
using Inlet.Local;
using Inlet.Local.Apply;
using Microsoft.Extensions.Logging;

namespace Inlet.Cli.Up;

/// <summary>One run of <c>inlet up</c>: start the cluster, apply, wait until it stands, follow it until stopped.</summary>
internal sealed class UpRun(LocalClusterOptions options, IReadOnlyList<string> files, IUpOutput output, TimeProvider time)
{
    // Long enough for a machine that is busy; what is not up by then is said, and may still come.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly long _started = time.GetTimestamp();

    /// <summary>Returns when stopped.</summary>
    /// <exception cref="ManifestException">A manifest cannot be read; nothing was started.</exception>
    /// <exception cref="ApplyException">A manifest is refused; nothing was applied.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        using var _ = output;
        var manifests = ManifestReader.Read(files);
        ManifestApplier.CheckKinds(manifests);
        using var log = UpLog.Open(options.DataDirectory);
        using var loggers = new LoggerFactory([new LineLoggerProvider(log, LogLevel.Warning, time)]);
        var cluster = await LocalCluster.StartAsync(options, loggers, time, stop);
        try
        {
            output.Started(cluster);
            await ApplyAsync(cluster, manifests, stop);
            await FollowAsync(cluster, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        finally
        {
            output.Stopping();
            await cluster.DisposeAsync();
        }

        output.Stopped();
    }

    private async Task ApplyAsync(LocalCluster cluster, IReadOnlyList<ManifestObject> manifests, CancellationToken stop)
    {
        var own = OwnManifests.Read(manifests);
        await cluster.Manifests.CheckAsync([.. own, .. manifests], stop);
        output.Applied(OwnManifests.Name, await cluster.Manifests.ApplyAsync(own, stop));
        if (manifests.Count > 0)
        {
            output.Applied(string.Join(", ", files), await cluster.Manifests.ApplyAsync(manifests, stop));
        }
    }

    private async Task FollowAsync(LocalCluster cluster, CancellationToken stop)
    {
        var follower = new Follower(cluster, output, time, _started, LongestWait);
        // A controller that ended by itself is a defect to hear of, not to watch in silence.
        await (await Task.WhenAny(follower.RunAsync(stop), cluster.Completion));
    }
}
