using System.Text.Json.Nodes;
using Inlet.Local.Events;

namespace Inlet.Local.Node.Status;

/// <summary>Records Events about pods and their containers, as this node.</summary>
internal sealed class PodEvents(EventRecorder recorder, string nodeName)
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";

    private const string Component = "inlet-node";

    /// <param name="container">The container it is about; null for the pod as a whole.</param>
    /// <param name="isInit">Whether that is an init container.</param>
    public void Record(JsonObject pod, string type, string reason, string message, string? container = null, bool isInit = false)
    {
        var field = container is null ? null : $"spec.{(isInit ? "initContainers" : "containers")}{{{container}}}";
        recorder.Record(Component, pod, type, reason, message, field, nodeName);
    }
}
