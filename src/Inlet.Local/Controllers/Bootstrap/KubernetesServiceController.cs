using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Bootstrap;

/// <summary>
/// Keeps Service <c>default/kubernetes</c>, by which pods find the API server, with its Endpoints and EndpointSlice. It has no
/// selector: what stands behind it is no pod.
/// </summary>
internal sealed class KubernetesServiceController : Controller<ResourceType>
{
    private const string Namespace = "default";
    private const string Name = "kubernetes";
    private const string PortName = "https";
    private const int ServicePort = 443;

    private static readonly ResourceType[] Kept = [ResourceTypes.Services, ResourceTypes.Endpoints, ResourceTypes.EndpointSlices];

    private readonly IPEndPoint _apiServer;

    public KubernetesServiceController(ControllerContext context, IPEndPoint apiServer)
        : base("kubernetes-service-controller", context)
    {
        _apiServer = apiServer;
        foreach (var type in Kept)
        {
            Queue.Add(type);
            context.Informers.Whole(type).Subscribe(change =>
            {
                if (change.Key == new ObjectKey(Namespace, Name))
                {
                    Queue.Add(type);
                }
            });
        }

        context.Informers.Whole(ResourceTypes.Namespaces).Subscribe(change =>
        {
            if (change is { Key.Name: Namespace, Old: null })
            {
                Enqueue(Kept);
            }
        });
    }

    protected override async Task SyncAsync(ResourceType type, CancellationToken cancellationToken)
    {
        if (Context.Informers.Find(ResourceTypes.Namespaces)!.Find(new ObjectKey("", Namespace)) is null)
        {
            // Comes first, and brings us here again.
            return;
        }

        var current = Context.Informers.Find(type)!.Find(new ObjectKey(Namespace, Name));
        var wanted = Wanted(type, current);
        if (current is null)
        {
            await Context.Writer.CreateAsync(type, Namespace, wanted, cancellationToken);
        }
        else if (!JsonNode.DeepEquals(wanted, current))
        {
            await ReplaceAsync(type, current, wanted, cancellationToken);
        }
    }

    private async Task ReplaceAsync(ResourceType type, JsonObject current, JsonObject wanted, CancellationToken cancellationToken)
    {
        try
        {
            await Context.Writer.ReplaceAsync(type, wanted, cancellationToken);
        }
        catch (KubernetesApiException refused) when (refused.Code == 422)
        {
            // An address cannot be changed: this one comes from a start with other options. Its removal brings us here again.
            await Context.Writer.DeleteAsync(type, ObjectKey.Of(current), current.Uid(), cancellationToken);
        }
    }

    private JsonObject Wanted(ResourceType type, JsonObject? current)
    {
        var obj = current?.DeepClone().AsObject() ?? new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace },
        };
        var labels = obj.GetOrAddObject("metadata").GetOrAddObject("labels");
        if (type == ResourceTypes.Services)
        {
            labels["component"] = "apiserver";
            labels["provider"] = "kubernetes";
            SetService(obj.GetOrAddObject("spec"));
        }
        else if (type == ResourceTypes.Endpoints)
        {
            // Tells the mirroring of Endpoints into EndpointSlices, where there is one, that the slice is made already.
            labels["endpointslice.kubernetes.io/skip-mirror"] = "true";
            obj["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = _apiServer.Address.ToString() }),
                ["ports"] = new JsonArray(Port()),
            });
        }
        else
        {
            labels["kubernetes.io/service-name"] = Name;
            obj["addressType"] = _apiServer.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
            obj["endpoints"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(_apiServer.Address.ToString()),
                ["conditions"] = new JsonObject { ["ready"] = true },
            });
            obj["ports"] = new JsonArray(Port());
        }

        return obj;
    }

    private void SetService(JsonObject spec)
    {
        spec["type"] = "ClusterIP";
        spec.Remove("selector");
        if (Context.Options.KubernetesServiceAddress is { } address)
        {
            spec["clusterIP"] = address.ToString();
            spec["clusterIPs"] = new JsonArray(address.ToString());
        }

        spec["sessionAffinity"] = "None";
        spec["ports"] = new JsonArray(new JsonObject
        {
            ["name"] = PortName,
            ["protocol"] = "TCP",
            ["port"] = ServicePort,
            ["targetPort"] = _apiServer.Port,
        });
    }

    private JsonObject Port() => new() { ["name"] = PortName, ["port"] = _apiServer.Port, ["protocol"] = "TCP" };
}
