using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Status;

/// <summary>
/// The API remembers pods as an earlier agent left them: running and ready. None of their processes is there any more, and
/// until they are started anew nobody may be sent to them.
/// </summary>
internal static class StalePods
{
    public static async Task MarkNotReadyAsync(IKubernetesApi api, string nodeName, CancellationToken cancellationToken)
    {
        var pods = await api.ListAsync(ResourceTypes.Pods, null, new ListQuery(FieldSelector: $"spec.nodeName={nodeName},status.phase=Running"), cancellationToken);
        await Task.WhenAll(pods.Items.Select(pod => MarkNotReadyAsync(api, pod, cancellationToken)));
    }

    private static async Task MarkNotReadyAsync(IKubernetesApi api, JsonObject pod, CancellationToken cancellationToken)
    {
        var status = pod.Object("status");
        foreach (var condition in status.Objects("conditions").Where(static c => c.String("type") is "Ready" or "ContainersReady"))
        {
            condition["status"] = "False";
            condition["reason"] = "NodeRestarted";
            condition["message"] = "the node agent was started anew";
        }

        foreach (var container in status.Objects("containerStatuses"))
        {
            container["ready"] = false;
            container["started"] = false;
        }

        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["conditions"] = status?["conditions"]?.DeepClone(), ["containerStatuses"] = status?["containerStatuses"]?.DeepClone() },
        };
        try
        {
            await api.PatchAsync(ResourceTypes.Pods, pod.Namespace(), pod.Name(), PatchKind.Merge, patch, WriteQuery.Status, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
            // Deleted meanwhile: then nobody is sent to it either.
        }
    }
}
