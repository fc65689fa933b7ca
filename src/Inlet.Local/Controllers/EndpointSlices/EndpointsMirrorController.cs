using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>
/// Mirrors Endpoints that somebody wrote for a Service without a selector into EndpointSlices, which is all that proxies read
/// (Kubernetes' EndpointSliceMirroring controller).
/// </summary>
internal sealed class EndpointsMirrorController : Controller<ObjectKey>
{
    private const string ManagedBy = "endpointslicemirroring-controller.k8s.io";
    private const string SkipLabel = "endpointslice.kubernetes.io/skip-mirror";
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

    private readonly Informer _services;
    private readonly Informer _endpoints;
    private readonly ServiceSlices _slices;

    public EndpointsMirrorController(ControllerContext context)
        : base("endpoint-slice-mirroring-controller", context)
    {
        _services = context.Informers.Whole(ResourceTypes.Services);
        _endpoints = context.Informers.Whole(ResourceTypes.Endpoints);
        _slices = new ServiceSlices(context, ManagedBy);
        _services.Subscribe(change => Queue.Add(change.Key));
        _endpoints.Subscribe(change => Queue.Add(change.Key));
        _slices.Subscribe(Queue.Add);
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var endpoints = _endpoints.Find(key);
        if (endpoints is null || !IsMirrored(endpoints) || _services.Find(key) is not { } service || !IsWithoutSelector(service))
        {
            await _slices.RemoveAsync(key, cancellationToken);
            return;
        }

        var groups = new Dictionary<string, IReadOnlyList<EndpointGroup>>();
        foreach (var (type, family) in ((string, AddressFamily)[])[("IPv4", AddressFamily.InterNetwork), ("IPv6", AddressFamily.InterNetworkV6)])
        {
            var ofType = endpoints.Objects("subsets").Select(subset => Group(subset, family)).Where(group => group.Endpoints.Count > 0).ToList();
            if (ofType.Count > 0 || type == "IPv4")
            {
                groups[type] = [.. ofType];
            }
        }

        await _slices.KeepAsync(key, groups, ServiceSlices.Metadata(endpoints, ResourceTypes.Endpoints, endpoints, ManagedBy), cancellationToken);
    }

    private static bool IsMirrored(JsonObject endpoints) =>
        endpoints.Labels().String(SkipLabel) != "true" && endpoints.Annotations().String(LeaderAnnotation) is null && !endpoints.IsBeingDeleted();

    private static bool IsWithoutSelector(JsonObject service) =>
        service.Object("spec").Object("selector") is null or { Count: 0 } && service.Object("spec").String("type") != "ExternalName";

    private static EndpointGroup Group(JsonObject subset, AddressFamily family)
    {
        var ports = new JsonArray();
        foreach (var port in subset.Objects("ports"))
        {
            var copy = port.DeepClone().AsObject();
            copy["name"] ??= "";
            ports.Add(copy);
        }

        var endpoints = Addresses(subset, "addresses", ready: true, family).Concat(Addresses(subset, "notReadyAddresses", ready: false, family));
        return new EndpointGroup(ports, [.. endpoints]);
    }

    private static IEnumerable<JsonObject> Addresses(JsonObject subset, string list, bool ready, AddressFamily family)
    {
        foreach (var address in subset.Objects(list))
        {
            if (!IPAddress.TryParse(address.String("ip"), out var ip) || ip.AddressFamily != family)
            {
                continue;
            }

            var endpoint = new JsonObject
            {
                ["addresses"] = new JsonArray(address.String("ip")),
                ["conditions"] = new JsonObject { ["ready"] = ready },
            };
            foreach (var key in (ReadOnlySpan<string>)["hostname", "nodeName", "targetRef"])
            {
                if (address[key] is { } value)
                {
                    endpoint[key] = value.DeepClone();
                }
            }

            yield return endpoint;
        }
    }
}
