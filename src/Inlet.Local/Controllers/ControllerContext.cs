using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Events;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers;

/// <summary>What every controller works with.</summary>
/// <param name="Api">For reading past the informers; writes go through <paramref name="Writer"/>.</param>
internal sealed record ControllerContext(
    IKubernetesApi Api, SharedInformers Informers, ObjectWriter Writer, EventRecorder Events, ControllerOptions Options,
    TimeProvider Time, ILogger Logger);
