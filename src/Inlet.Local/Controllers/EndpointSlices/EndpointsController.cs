using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>
/// Keeps the old Endpoints object of every Service that has a selector, under the Service's name: what EndpointSlices say, for
/// tools that never learnt to read those. Terminating pods are not in it.
/// </summary>
internal sealed class EndpointsController : Controller<ObjectKey>
{
    private const string Name = "endpoint-controller";
    private const string ManagedByLabel = "endpoints.kubernetes.io/managed-by";
    private const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>Addresses in the object at most; more are cut, and an annotation says so.</summary>
    private const int Capacity = 1000;

    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";

    private readonly Informer _services;
    private readonly Informer _pods;
    private readonly Informer _endpoints;

    public EndpointsController(ControllerContext context)
        : base(Name, context)
    {
        _services = context.Informers.Whole(ResourceTypes.Services);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _endpoints = context.Informers.Whole(ResourceTypes.Endpoints);
        _services.Subscribe(change => Queue.Add(change.Key));
        _endpoints.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change => Enqueue(ServiceBackends.Concerned(change, _services)));
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var service = _services.Find(key);
        var current = _endpoints.Find(key);
        if (service is null || service.IsBeingDeleted())
        {
            await RemoveAsync(current, cancellationToken);
            return;
        }

        if (!ServiceBackends.HasOwnEndpoints(service))
        {
            return;
        }

        var wanted = Endpoints(service, current);
        try
        {
            if (current is null)
            {
                await Context.Writer.CreateAsync(ResourceTypes.Endpoints, key.Namespace, wanted, cancellationToken);
            }
            else if (!JsonNode.DeepEquals(wanted, current))
            {
                await Context.Writer.ReplaceAsync(ResourceTypes.Endpoints, wanted, cancellationToken);
            }
        }
        catch (KubernetesApiException refused) when (PodControl.IsNamespaceTerminating(refused))
        {
        }
    }

    // Only what was made here: Endpoints that somebody wrote by hand for a Service without a selector are theirs.
    private async Task RemoveAsync(JsonObject? endpoints, CancellationToken cancellationToken)
    {
        if (endpoints?.Labels().String(ManagedByLabel) == Name)
        {
            await Context.Writer.DeleteAsync(ResourceTypes.Endpoints, ObjectKey.Of(endpoints), endpoints.Uid(), cancellationToken);
        }
    }

    private JsonObject Endpoints(JsonObject service, JsonObject? current)
    {
        var endpoints = current?.DeepClone().AsObject() ?? new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Endpoints",
            ["metadata"] = new JsonObject { ["name"] = service.Name(), ["namespace"] = service.Namespace() },
        };
        var labels = (service.Labels() ?? []).DeepClone().AsObject();
        labels[ManagedByLabel] = Name;
        if (ServiceBackends.IsHeadless(service))
        {
            labels[HeadlessLabel] = "";
        }

        endpoints.Metadata()!["labels"] = labels;
        var subsets = Subsets(service, out var cut);
        if (subsets.Count > 0)
        {
            endpoints["subsets"] = subsets;
        }
        else
        {
            endpoints.Remove("subsets");
        }

        NoteCapacity(endpoints, cut);
        return endpoints;
    }

    private JsonArray Subsets(JsonObject service, out bool cut)
    {
        var publishNotReady = ServiceBackends.PublishesNotReady(service);
        var all = ServiceBackends.Pods(service, _pods).Where(pod => publishNotReady || !pod.IsBeingDeleted())
            .Where(pod => ServiceBackends.Address(pod, AddressFamily.InterNetwork) is not null)
            .OrderByDescending(pod => pod.IsReady()).ToList();
        cut = all.Count > Capacity;
        var subsets = new JsonArray();
        foreach (var group in all.Take(Capacity).GroupBy(pod => ServiceBackends.Ports(service, pod).ToJsonString()))
        {
            var subset = new JsonObject();
            foreach (var byReadiness in group.GroupBy(pod => publishNotReady || pod.IsReady()))
            {
                var addresses = byReadiness.OrderBy(pod => pod.Name(), StringComparer.Ordinal).Select(pod => Address(service, pod));
                subset[byReadiness.Key ? "addresses" : "notReadyAddresses"] = new JsonArray([.. addresses]);
            }

            var ports = ServiceBackends.Ports(service, group.First());
            if (ports.Count > 0)
            {
                subset["ports"] = WithoutEmptyNames(ports);
            }

            subsets.Add(subset);
        }

        return subsets;
    }

    private static JsonObject Address(JsonObject service, JsonObject pod)
    {
        var address = new JsonObject
        {
            ["ip"] = ServiceBackends.Address(pod, AddressFamily.InterNetwork),
            ["targetRef"] = ServiceBackends.TargetReference(pod),
        };
        if (pod.NodeName() is { Length: > 0 } node)
        {
            address["nodeName"] = node;
        }

        if (ServiceBackends.HostName(service, pod) is { } hostName)
        {
            address["hostname"] = hostName;
        }

        return address;
    }

    private static JsonArray WithoutEmptyNames(JsonArray ports)
    {
        foreach (var port in ports.OfType<JsonObject>().Where(port => port.String("name") is ""))
        {
            port.Remove("name");
        }

        return ports;
    }

    private static void NoteCapacity(JsonObject endpoints, bool cut)
    {
        if (cut)
        {
            endpoints.Metadata()!.GetOrAddObject("annotations")[OverCapacity] = "truncated";
        }
        else
        {
            endpoints.Annotations()?.Remove(OverCapacity);
        }
    }
}
