using System.Text.Json.Nodes;
using System.Threading.Channels;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Tests.Controllers;

/// <summary>Plays the node agent: gives bound pods an address, runs them, and removes those that are to end.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly IKubernetesApi _api;
    private readonly TimeProvider _time;
    private readonly ObjectCache _pods;
    private readonly Channel<CacheChange> _changes = Channel.CreateUnbounded<CacheChange>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _lastAddress;

    public TestNode(IKubernetesApi api, TimeProvider time)
    {
        _api = api;
        _time = time;
        _pods = new ObjectCache(api, ResourceTypes.Pods, null, ListQuery.All, time);
        _running = Task.WhenAll(_pods.RunAsync(change => _changes.Writer.TryWrite(change), _stop.Token), RunAsync());
    }

    /// <summary>Whether a pod that was started becomes ready by itself; asked once for each.</summary>
    public Func<JsonObject, bool> BecomesReady { get; set; } = _ => true;

    /// <summary>Whether a pod that is to end does so by itself.</summary>
    public Func<JsonObject, bool> Ends { get; set; } = _ => true;

    public Task SetReadyAsync(JsonObject pod, bool ready = true) => WriteStatusAsync(pod, new JsonObject
    {
        ["phase"] = "Running",
        ["conditions"] = new JsonArray(Ready(ready)),
    });

    public Task FinishAsync(JsonObject pod, string phase = "Succeeded") => WriteStatusAsync(pod, new JsonObject
    {
        ["phase"] = phase,
        ["conditions"] = new JsonArray(Ready(false)),
    });

    /// <summary>What a kubelet does when the last container is down.</summary>
    public async Task RemoveAsync(JsonObject pod)
    {
        try
        {
            await _api.DeleteAsync(ResourceTypes.Pods, pod.Namespace(), pod.Name(), new DeleteQuery(null, 0, pod.Uid()), _stop.Token);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound || refused.IsConflict)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(static _ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var started = new HashSet<string>();
        await foreach (var change in _changes.Reader.ReadAllAsync(_stop.Token))
        {
            if (change.Object is not { } pod || pod.Object("spec").String("nodeName") != TestCluster.Node)
            {
                continue;
            }

            if (pod.IsBeingDeleted())
            {
                if (Ends(pod))
                {
                    await RemoveAsync(pod);
                }
            }
            else if (started.Add(pod.Uid()))
            {
                await StartAsync(pod);
            }
        }
    }

    private Task StartAsync(JsonObject pod)
    {
        var number = ++_lastAddress;
        var address = $"10.0.{number / 250}.{(number % 250) + 1}";
        return WriteStatusAsync(pod, new JsonObject
        {
            ["phase"] = "Running",
            ["podIP"] = address,
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address }),
            ["conditions"] = new JsonArray(Ready(BecomesReady(pod))),
        });
    }

    private async Task WriteStatusAsync(JsonObject pod, JsonObject status)
    {
        try
        {
            var patch = new JsonObject { ["status"] = status };
            await _api.PatchAsync(
                ResourceTypes.Pods, pod.Namespace(), pod.Name(), PatchKind.StrategicMerge, patch, WriteQuery.Status, _stop.Token);
        }
        catch (KubernetesApiException refused) when (refused.IsNotFound)
        {
        }
    }

    private JsonObject Ready(bool ready) => new()
    {
        ["type"] = "Ready",
        ["status"] = ready ? "True" : "False",
        ["lastTransitionTime"] = Timestamps.Format(_time.GetUtcNow()),
    };
}
