using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Ownership;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>
/// Keeps the EndpointSlices of every Service that has a selector: which pods, on which ports, ready or ending. The slices of a
/// removed Service go with their owner, by garbage collection.
/// </summary>
internal sealed class EndpointSliceController : Controller<ObjectKey>
{
    private const string Name = "endpoint-slice-controller";
    private const string ServiceNameLabel = "kubernetes.io/service-name";
    private const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    private const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string HeadlessLabel = "service.kubernetes.io/headless";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Informer _services;
    private readonly Informer _pods;
    private readonly Informer _nodes;
    private readonly Informer _slices;

    public EndpointSliceController(ControllerContext context)
        : base(Name, context)
    {
        _services = context.Informers.Whole(ResourceTypes.Services);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _nodes = context.Informers.Whole(ResourceTypes.Nodes);
        _slices = context.Informers.Whole(ResourceTypes.EndpointSlices);
        _services.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change =>
        {
            foreach (var key in ServiceBackends.Concerned(change, _services))
            {
                Queue.Add(key);
            }
        });
        // Somebody else may edit or remove a slice of ours.
        _slices.Subscribe(change =>
        {
            if ((change.New ?? change.Old) is { } slice && slice.Labels().String(ServiceNameLabel) is { Length: > 0 } service)
            {
                Queue.Add(new ObjectKey(change.Key.Namespace, service));
            }
        });
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_services.Find(key) is not { } service || service.IsBeingDeleted() || !ServiceBackends.HasOwnEndpoints(service))
        {
            return;
        }

        var pods = ServiceBackends.Pods(service, _pods).ToList();
        var ours = _slices.In(key.Namespace).Where(slice =>
            slice.Labels().String(ServiceNameLabel) == key.Name && slice.Labels().String(ManagedByLabel) == ManagedBy && !slice.IsBeingDeleted());
        var byType = ours.ToLookup(slice => slice.String("addressType") ?? "");
        var types = AddressTypes(service);
        foreach (var type in types)
        {
            var plan = SlicePlan.Make(Groups(service, pods, type), [.. byType[type]], MetadataOf(service), type);
            await ApplyAsync(service, plan, cancellationToken);
        }

        foreach (var slice in byType.Where(group => !types.Contains(group.Key)).SelectMany(group => group))
        {
            await DeleteAsync(slice, cancellationToken);
        }
    }

    // Written before removed: a pod that moves between slices is never missing from both.
    private async Task ApplyAsync(JsonObject service, SlicePlan plan, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var slice in plan.Update)
            {
                await Context.Writer.ReplaceAsync(ResourceTypes.EndpointSlices, slice, cancellationToken);
            }

            foreach (var slice in plan.Create)
            {
                await Context.Writer.CreateAsync(ResourceTypes.EndpointSlices, service.Namespace(), slice, cancellationToken);
            }

            foreach (var slice in plan.Delete)
            {
                await DeleteAsync(slice, cancellationToken);
            }
        }
        catch (KubernetesApiException refused) when (PodControl.IsNamespaceTerminating(refused))
        {
        }
        catch (KubernetesApiException refused) when (!refused.IsConflict && !refused.IsNotFound)
        {
            Warning(service, "FailedToUpdateEndpointSlices",
                $"Error updating Endpoint Slices for Service {service.Namespace()}/{service.Name()}: {refused.Message}");
            throw;
        }
    }

    private Task DeleteAsync(JsonObject slice, CancellationToken cancellationToken) =>
        Context.Writer.DeleteAsync(ResourceTypes.EndpointSlices, ObjectKey.Of(slice), slice.Uid(), cancellationToken);

    private static List<string> AddressTypes(JsonObject service)
    {
        var families = service.Object("spec").Array("ipFamilies")?.Select(family => family?.ToString() ?? "").ToList();
        return families is { Count: > 0 } ? families : ["IPv4"];
    }

    /// <summary>The endpoints, by the ports they have: a slice has one set of ports.</summary>
    private IReadOnlyList<EndpointGroup> Groups(JsonObject service, IEnumerable<JsonObject> pods, string addressType)
    {
        var family = addressType == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        var groups = new Dictionary<string, EndpointGroup>();
        foreach (var pod in pods)
        {
            if (ServiceBackends.Address(pod, family) is not { } address)
            {
                continue;
            }

            var ports = ServiceBackends.Ports(service, pod);
            var key = ports.ToJsonString();
            if (!groups.TryGetValue(key, out var group))
            {
                groups[key] = group = new EndpointGroup(ports, []);
            }

            group.Endpoints.Add(Endpoint(service, pod, address));
        }

        return [.. groups.Values];
    }

    private JsonObject Endpoint(JsonObject service, JsonObject pod, string address)
    {
        var serving = pod.IsReady();
        var terminating = pod.IsBeingDeleted();
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(address),
            ["conditions"] = new JsonObject
            {
                ["ready"] = ServiceBackends.PublishesNotReady(service) || (serving && !terminating),
                ["serving"] = serving,
                ["terminating"] = terminating,
            },
            ["targetRef"] = ServiceBackends.TargetReference(pod),
        };
        if (pod.NodeName() is { Length: > 0 } node)
        {
            endpoint["nodeName"] = node;
            if (_nodes.Find(new ObjectKey("", node))?.Labels().String(ZoneLabel) is { Length: > 0 } zone)
            {
                endpoint["zone"] = zone;
            }
        }

        if (ServiceBackends.HostName(service, pod) is { } hostName)
        {
            endpoint["hostname"] = hostName;
        }

        return endpoint;
    }

    /// <summary>What the metadata of every slice of the Service says: its labels, whose it is, who keeps it.</summary>
    private static JsonObject MetadataOf(JsonObject service)
    {
        var labels = new JsonObject();
        foreach (var (key, value) in service.Labels() ?? [])
        {
            if (key is not (ServiceNameLabel or ManagedByLabel or HeadlessLabel))
            {
                labels[key] = value?.DeepClone();
            }
        }

        labels[ServiceNameLabel] = service.Name();
        labels[ManagedByLabel] = ManagedBy;
        if (ServiceBackends.IsHeadless(service))
        {
            labels[HeadlessLabel] = "";
        }

        return new JsonObject
        {
            ["generateName"] = $"{service.Name()}-",
            ["namespace"] = service.Namespace(),
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(OwnerReferences.ToController(ResourceTypes.Services, service)),
        };
    }
}
