using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Status;

/// <summary>Writes one pod's status to the API when it differs from what was written last.</summary>
internal sealed class PodStatusWriter(IKubernetesApi api, ILogger logger)
{
    private JsonObject? _written;

    /// <returns>False when it could not be written and another try may help.</returns>
    public async Task<bool> WriteAsync(JsonObject pod, JsonObject status)
    {
        if (_written is not null && JsonNode.DeepEquals(_written, status))
        {
            return true;
        }

        try
        {
            // Strategic: conditions others wrote (readiness gates) stay. The uid keeps it from a newer pod of the same name.
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Uid() }, ["status"] = Patch(status) };
            await api.PatchAsync(
                ResourceTypes.Pods, pod.Namespace(), pod.Name(), PatchKind.StrategicMerge, patch, WriteQuery.Status, CancellationToken.None);
            _written = status;
            return true;
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            _written = status;
            return true;
        }
        catch (Exception e)
        {
            NodeLog.StatusFailed(logger, pod.Name(), e.Message);
            return false;
        }
    }

    private static JsonObject Patch(JsonObject status)
    {
        var patch = status.DeepClone().AsObject();
        ReplaceAddresses(patch);
        ClearReasons(patch);
        return patch;
    }

    /// <summary>
    /// Addresses merge by their value: without the directive the one an earlier sandbox had, which may be another pod's by now,
    /// would stay in the list, and first.
    /// </summary>
    private static void ReplaceAddresses(JsonObject patch)
    {
        foreach (var list in (ReadOnlySpan<string>)["podIPs", "hostIPs"])
        {
            patch.Array(list)?.Insert(0, new JsonObject { ["$patch"] = "replace" });
        }
    }

    /// <summary>Conditions merge by their type: left out, the reason for "not ready" would stay at one that is.</summary>
    private static void ClearReasons(JsonObject patch)
    {
        foreach (var condition in patch.Objects("conditions"))
        {
            condition.TryAdd("reason", null);
            condition.TryAdd("message", null);
        }
    }
}
