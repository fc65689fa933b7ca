using System.Net;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Registration;

/// <summary>
/// Keeps the Node object true: registers it, renews its Lease so that others see the agent lives, and says at the end that it
/// is not ready any more.
/// </summary>
internal sealed class NodeRegistration(
    IKubernetesApi api, string nodeName, IPAddress address, IReadOnlyDictionary<string, string> capacity, string runtimeVersion,
    TimeProvider time, ILogger logger)
{
    private const string LeaseNamespace = "kube-node-lease";

    /// <summary>The kubelet's defaults.</summary>
    private const int LeaseSeconds = 40;

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    private static readonly (string Type, string Reason, string Message)[] NoPressure =
    [
        ("MemoryPressure", "KubeletHasSufficientMemory", "node agent has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "node agent has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "node agent has sufficient PID available"),
    ];

    private JsonObject? _lease;

    /// <summary>Creates the Node, or brings the one there is up to date.</summary>
    public async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var node = Node();
        try
        {
            await api.CreateAsync(ResourceTypes.Nodes, null, node, WriteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            var labels = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = node.Labels()!.DeepClone() } };
            await api.PatchAsync(ResourceTypes.Nodes, null, nodeName, PatchKind.Merge, labels, WriteQuery.Default, cancellationToken);
        }

        // Also after a create: whoever serves the API may keep status out of that.
        await PatchStatusAsync(node.Object("status")!, cancellationToken);
    }

    /// <summary>Renews the Lease until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (true)
        {
            var wait = Renewal;
            try
            {
                await RenewAsync(cancellationToken);
                retry = FirstRetry;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // At the very start the namespace may not be there yet: that is no reason to speak of.
                wait = retry;
                retry = retry * 2 > Renewal ? Renewal : retry * 2;
                if (retry == Renewal)
                {
                    NodeLog.NodeFailed(logger, nodeName, e.Message);
                }
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>Says that no agent is there any more.</summary>
    public Task LeaveAsync(CancellationToken cancellationToken) => PatchStatusAsync(
        new JsonObject { ["conditions"] = new JsonArray(Condition("Ready", "False", "KubeletNotReady", "the node agent was stopped")) }, cancellationToken);

    private Task<JsonObject> PatchStatusAsync(JsonObject status, CancellationToken cancellationToken) => api.PatchAsync(
        ResourceTypes.Nodes, null, nodeName, PatchKind.StrategicMerge, new JsonObject { ["status"] = status.DeepClone() }, WriteQuery.Status, cancellationToken);

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var now = Timestamps.FormatMicro(time.GetUtcNow());
        if (_lease is null)
        {
            _lease = await FindOrCreateLeaseAsync(now, cancellationToken);
            return;
        }

        var patch = new JsonObject { ["spec"] = new JsonObject { ["renewTime"] = now, ["holderIdentity"] = nodeName } };
        try
        {
            await api.PatchAsync(ResourceTypes.Leases, LeaseNamespace, nodeName, PatchKind.Merge, patch, WriteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            _lease = await FindOrCreateLeaseAsync(now, cancellationToken);
        }
    }

    private async Task<JsonObject> FindOrCreateLeaseAsync(string now, CancellationToken cancellationToken)
    {
        var spec = new JsonObject { ["holderIdentity"] = nodeName, ["leaseDurationSeconds"] = LeaseSeconds, ["renewTime"] = now };
        try
        {
            var lease = new JsonObject
            {
                ["apiVersion"] = "coordination.k8s.io/v1",
                ["kind"] = "Lease",
                ["metadata"] = new JsonObject { ["name"] = nodeName, ["namespace"] = LeaseNamespace },
                ["spec"] = spec.DeepClone(),
            };
            return await api.CreateAsync(ResourceTypes.Leases, LeaseNamespace, lease, WriteQuery.Default, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            var patch = new JsonObject { ["spec"] = spec };
            return await api.PatchAsync(ResourceTypes.Leases, LeaseNamespace, nodeName, PatchKind.Merge, patch, WriteQuery.Default, cancellationToken);
        }
    }

    private JsonObject Node()
    {
        var resources = new JsonObject(capacity.Select(c => new KeyValuePair<string, JsonNode?>(c.Key, c.Value)));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = nodeName,
                ["labels"] = new JsonObject
                {
                    ["kubernetes.io/hostname"] = nodeName,
                    ["kubernetes.io/os"] = "linux",
                    ["kubernetes.io/arch"] = MachineFacts.Architecture,
                },
            },
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject
            {
                ["capacity"] = resources,
                ["allocatable"] = resources.DeepClone(),
                ["addresses"] = new JsonArray(
                    new JsonObject { ["type"] = "InternalIP", ["address"] = address.ToString() },
                    new JsonObject { ["type"] = "Hostname", ["address"] = nodeName }),
                ["conditions"] = new JsonArray(
                [
                    .. NoPressure.Select(p => Condition(p.Type, "False", p.Reason, p.Message)),
                    Condition("Ready", "True", "KubeletReady", "node agent is posting ready status"),
                ]),
                ["nodeInfo"] = MachineFacts.NodeInfo(runtimeVersion),
            },
        };
    }

    private JsonObject Condition(string type, string status, string reason, string message)
    {
        var now = Timestamps.Format(time.GetUtcNow());
        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["reason"] = reason,
            ["message"] = message,
            ["lastHeartbeatTime"] = now,
            ["lastTransitionTime"] = now,
        };
    }
}
