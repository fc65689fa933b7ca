using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Local;
using Inlet.Local.Apply;
using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>For programs: one JSON object per line, each with an <c>event</c>. Names of events and fields only ever grow.</summary>
internal sealed class JsonOutput(TextWriter writer) : IUpOutput
{
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Started(LocalCluster cluster) => Write(new()
    {
        ["event"] = "started",
        ["apiServer"] = $"https://{cluster.ApiServer}",
        ["apiPort"] = cluster.ApiServer.Port,
        ["kubeconfig"] = cluster.KubeconfigPath,
        ["dataDir"] = cluster.DataDirectoryPath,
        ["podNetwork"] = cluster.PodNetwork.ToString().ToLowerInvariant(),
        ["podNetworkNotice"] = cluster.PodNetworkNotice,
    });

    public void Applied(string source, IReadOnlyList<Applied> applied)
    {
        foreach (var one in applied)
        {
            Write(new()
            {
                ["event"] = "applied",
                ["source"] = source,
                ["position"] = one.Manifest.Position,
                ["object"] = one.Name,
                ["outcome"] = one.Outcome.ToString().ToLowerInvariant(),
                ["warnings"] = new JsonArray([.. one.Warnings.Select(static warning => JsonValue.Create(warning))]),
            });
        }
    }

    public void Waiting(ClusterSnapshot snapshot) => Write(new()
    {
        ["event"] = "waiting",
        ["pods"] = snapshot.Pods.Count,
        ["podsReady"] = snapshot.Pods.Count(static pod => pod.IsReady),
        ["routes"] = snapshot.Routes.Count,
        ["routesInForce"] = snapshot.Routes.Count(static route => route.InForce),
    });

    public void Ready(ClusterSnapshot snapshot, IngressAddresses addresses, TimeSpan since) => Write(new()
    {
        ["event"] = "ready",
        ["settled"] = snapshot.IsSettled,
        ["seconds"] = Math.Round(since.TotalSeconds, 3),
        ["httpPort"] = addresses.Http,
        ["httpsPort"] = addresses.Https,
        ["httpNodePort"] = addresses.HttpNodePort,
        ["httpsNodePort"] = addresses.HttpsNodePort,
        ["routes"] = new JsonArray([.. snapshot.Routes.Select(route => Route(route, addresses))]),
        ["podsWaiting"] = new JsonArray([.. snapshot.Pods.Where(static pod => !pod.IsReady).Select(Pod)]),
    });

    public void Changed(SnapshotChanges changes, IngressAddresses addresses)
    {
        foreach (var route in changes.Put)
        {
            Write(new() { ["event"] = "route", ["route"] = Route(route, addresses) });
        }

        foreach (var route in changes.Gone)
        {
            Write(new() { ["event"] = "gone", ["route"] = Route(route, addresses) });
        }

        foreach (var pod in changes.Pods)
        {
            Write(new() { ["event"] = "pod", ["pod"] = Pod(pod) });
        }
    }

    public void Warning(string about, string reason, string message) =>
        Write(new() { ["event"] = "warning", ["object"] = about, ["reason"] = reason, ["message"] = message });

    public void Stopping() => Write(new() { ["event"] = "stopping" });

    public void Stopped() => Write(new() { ["event"] = "stopped" });

    public void Dispose()
    {
    }

    private static JsonObject Route(RouteRow route, IngressAddresses addresses) => new()
    {
        ["namespace"] = route.Namespace,
        ["ingress"] = route.Ingress,
        ["host"] = route.Host,
        ["path"] = route.Path,
        ["url"] = addresses.Url(route),
        ["service"] = route.Service,
        ["port"] = route.Port,
        ["canary"] = route.Canary,
        ["tls"] = route.Tls,
        ["inForce"] = route.InForce,
        ["readyPods"] = new JsonArray([.. route.ReadyPods.Select(static name => JsonValue.Create(name))]),
        ["waitingPods"] = new JsonArray([.. route.WaitingPods.Select(static name => JsonValue.Create(name))]),
    };

    private static JsonNode Pod(PodRow pod) => new JsonObject
    {
        ["namespace"] = pod.Namespace,
        ["name"] = pod.Name,
        ["status"] = pod.Status,
        ["ready"] = pod.ReadyContainers,
        ["containers"] = pod.Containers,
        ["message"] = pod.Message,
    };

    private void Write(JsonObject line)
    {
        writer.WriteLine(line.ToJsonString(OneLine));
        writer.Flush();
    }
}
