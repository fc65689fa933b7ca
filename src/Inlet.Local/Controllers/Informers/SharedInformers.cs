using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers.Informers;

/// <summary>One <see cref="Informer"/> per resource, whoever asks for it: ten controllers that read pods hold one copy of them.</summary>
internal sealed class SharedInformers(IKubernetesApi api, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<ResourceType, Informer> _informers = [];

    /// <summary>With whole objects. Before <see cref="Run"/>.</summary>
    public Informer Whole(ResourceType type) => Metadata(type).Whole();

    /// <summary>With at least <c>metadata</c> (without annotations). Before <see cref="Run"/>.</summary>
    public Informer Metadata(ResourceType type)
    {
        if (!_informers.TryGetValue(type, out var informer))
        {
            _informers[type] = informer = new Informer(api, type, time, OnFailure);
        }

        return informer;
    }

    public Informer? Find(ResourceType type) => _informers.GetValueOrDefault(type);

    /// <summary>Completes when every informer has delivered its first list.</summary>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_informers.Values.Select(informer => informer.WaitForSyncAsync(cancellationToken)));

    public IEnumerable<Task> Run(CancellationToken cancellationToken) =>
        [.. _informers.Values.Select(informer => informer.RunAsync(cancellationToken))];

    private void OnFailure(ResourceType type, Exception failure) => ControllerLog.WatchFailed(logger, type.ToString(), failure.Message);
}
