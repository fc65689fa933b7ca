using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary><c>metrics.k8s.io</c>: what nodes and pods use now, as <c>kubectl top</c> asks.</summary>
internal sealed class UsageRequests(ApiCore core, IPodAgent agent)
{
    private const string Group = "metrics.k8s.io";

    public static ResourceType Nodes { get; } = new(Group, "v1beta1", "NodeMetrics", "nodes", false);

    public static ResourceType Pods { get; } = new(Group, "v1beta1", "PodMetrics", "pods", true);

    public static ResourceType? Find(ApiPath path) => path is { Group: Group, Version: "v1beta1", Subresource: null }
        ? path.Resource == Nodes.Plural && path.Namespace is null ? Nodes : path.Resource == Pods.Plural ? Pods : null
        : null;

    public async Task HandleAsync(HttpContext context, UserIdentity user, ResourceType type, ApiPath path)
    {
        if (context.Request.Method != "GET")
        {
            throw ApiErrors.MethodNotAllowed();
        }

        core.Authorizer.Require(new(user, path.Name is null ? "list" : "get", Group, type.Plural, Namespace: path.Namespace ?? "", Name: path.Name ?? ""));
        var usage = await agent.MeasureAsync(context.RequestAborted);
        var measured = type == Nodes ? ResourceTypes.Nodes : ResourceTypes.Pods;
        var items = Objects(context, measured, path).Select(o => type == Nodes ? OfNode(o, usage) : OfPod(o, usage)).OfType<JsonObject>().ToList();
        if (path.Name is null)
        {
            await AnswerWriter.WriteAsync(context, new JsonObject
            {
                ["kind"] = $"{type.Kind}List",
                ["apiVersion"] = type.ApiVersion,
                ["metadata"] = new JsonObject(),
                ["items"] = new JsonArray([.. items]),
            });
            return;
        }

        await AnswerWriter.WriteAsync(context, items is [var only] ? only : throw ApiErrors.NotFound(type, path.Name));
    }

    /// <summary>The nodes or pods the request is about.</summary>
    private IEnumerable<JsonObject> Objects(HttpContext context, ResourceType measured, ApiPath path)
    {
        var query = new QueryParameters(context.Request.Query);
        var options = new ListOptions
        {
            LabelSelector = query.Text("labelSelector"),
            FieldSelector = path.Name is null ? query.Text("fieldSelector") : $"metadata.name={path.Name}",
        };
        return core.List(core.Resolve(measured), path.Namespace, options).Items.Select(i => i.Object);
    }

    private static JsonObject OfNode(JsonObject node, NodeUsage usage)
    {
        var item = Item(Nodes, node, usage);
        item["usage"] = Amounts(usage.Node);
        return item;
    }

    /// <returns>Null for a pod of which nothing runs.</returns>
    private static JsonObject? OfPod(JsonObject pod, NodeUsage usage)
    {
        var uid = pod.Uid();
        var containers = usage.Containers.Where(c => c.PodUid == uid)
            .Select(c => (JsonNode)new JsonObject { ["name"] = c.Container, ["usage"] = Amounts(c.Usage) }).ToList();
        if (containers.Count == 0)
        {
            return null;
        }

        var item = Item(Pods, pod, usage);
        item["containers"] = new JsonArray([.. containers]);
        return item;
    }

    private static JsonObject Item(ResourceType type, JsonObject obj, NodeUsage usage)
    {
        var metadata = new JsonObject { ["name"] = obj.Name(), ["creationTimestamp"] = Timestamps.Format(usage.Taken) };
        if (type.Namespaced)
        {
            metadata["namespace"] = obj.Namespace();
        }

        if (obj.Labels() is { } labels)
        {
            metadata["labels"] = labels.DeepClone();
        }

        return new()
        {
            ["kind"] = type.Kind,
            ["apiVersion"] = type.ApiVersion,
            ["metadata"] = metadata,
            ["timestamp"] = Timestamps.Format(usage.Taken),
            ["window"] = string.Create(CultureInfo.InvariantCulture, $"{usage.Window.TotalSeconds:0.###}s"),
        };
    }

    /// <summary>As metrics-server writes them: billionths of a core, and kibibytes.</summary>
    private static JsonObject Amounts(ResourceUsage usage) => new()
    {
        ["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{usage.Cores * 1e9:0}n"),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{usage.MemoryBytes / 1024}Ki"),
    };
}
