using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>
/// Keeps the EndpointSlices of every Service that has a selector: which pods, on which ports, ready or ending. The slices of a
/// removed Service go with their owner, by garbage collection.
/// </summary>
internal sealed class EndpointSliceController : Controller<ObjectKey>
{
    private const string Name = "endpoint-slice-controller";
    private const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Informer _services;
    private readonly Informer _pods;
    private readonly Informer _nodes;
    private readonly ServiceSlices _slices;

    public EndpointSliceController(ControllerContext context)
        : base(Name, context)
    {
        _services = context.Informers.Whole(ResourceTypes.Services);
        _pods = context.Informers.Whole(ResourceTypes.Pods);
        _nodes = context.Informers.Whole(ResourceTypes.Nodes);
        _slices = new ServiceSlices(context, ManagedBy);
        _services.Subscribe(change => Queue.Add(change.Key));
        _pods.Subscribe(change => Enqueue(ServiceBackends.Concerned(change, _services)));
        // Somebody else may edit or remove a slice of ours.
        _slices.Subscribe(Queue.Add);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_services.Find(key) is not { } service || service.IsBeingDeleted() || !ServiceBackends.HasOwnEndpoints(service))
        {
            return;
        }

        var pods = ServiceBackends.Pods(service, _pods).ToList();
        var groups = AddressTypes(service).ToDictionary(type => type, type => Groups(service, pods, type));
        var metadata = ServiceSlices.Metadata(service, ResourceTypes.Services, service, ManagedBy);
        try
        {
            await _slices.KeepAsync(key, groups, metadata, cancellationToken);
        }
        catch (KubernetesApiException refused) when (!refused.IsConflict)
        {
            Warning(service, "FailedToUpdateEndpointSlices",
                $"Error updating Endpoint Slices for Service {service.Namespace()}/{service.Name()}: {refused.Message}");
            throw;
        }
    }

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
}
