using Inlet.Local.Node.Images;
using Inlet.Local.Node.Runtime.Engine;
using Inlet.Local.Node.Usage;

namespace Inlet.Local.Node.Runtime;

/// <summary>
/// A node with an engine: images run there, except those that the user, or Inlet itself, says are programs of this machine. A
/// pod may have both.
/// </summary>
internal sealed class MixedRuntime(ProcessRuntime processes, EngineRuntime engine, ImageCommands images) : IContainerRuntime
{
    public string Version => engine.Version;

    public string Scheme => engine.Scheme;

    public bool HasPrivateMounts => processes.HasPrivateMounts;

    public string? LimitsObstacle => processes.LimitsObstacle;

    public bool RunsAsProcess(string image) => images.Find(image) is not null;

    public void Recover()
    {
        processes.Recover();
        engine.Recover();
    }

    public Task EnsureImageAsync(ImageRequest request, CancellationToken cancellationToken) => For(request.Image).EnsureImageAsync(request, cancellationToken);

    public Task<string?> CreateSandboxAsync(string podUid, IReadOnlyCollection<string> images, string hostName, CancellationToken cancellationToken) =>
        images.All(RunsAsProcess) ? Task.FromResult<string?>(null) : engine.CreateSandboxAsync(podUid, images, hostName, cancellationToken);

    public Task<IRunningContainer> StartAsync(ContainerRequest request) => For(request.Image).StartAsync(request);

    public async Task<IReadOnlyList<ContainerCounters>> MeasureAsync() =>
        [.. await processes.MeasureAsync(), .. await engine.MeasureAsync()];

    public void RemovePod(string podUid, string? networkNamespacePath)
    {
        // The engine first: what is left in the pod's network then is no container's.
        engine.RemovePod(podUid, networkNamespacePath);
        processes.RemovePod(podUid, networkNamespacePath);
    }

    public void Dispose()
    {
        engine.Dispose();
        processes.Dispose();
    }

    private IContainerRuntime For(string image) => RunsAsProcess(image) ? processes : engine;
}
