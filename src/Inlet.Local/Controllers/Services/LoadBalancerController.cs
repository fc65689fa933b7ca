using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;

namespace Inlet.Local.Controllers.Services;

/// <summary>Gives Services of type LoadBalancer their address, which here is always this machine's, and takes it away when they change type.</summary>
internal sealed class LoadBalancerController : Controller<ObjectKey>
{
    private readonly Informer _services;

    public LoadBalancerController(ControllerContext context)
        : base("service-controller", context)
    {
        _services = context.Informers.Whole(ResourceTypes.Services);
        _services.Subscribe(change => Queue.Add(change.Key));
    }

    protected override async Task SyncAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_services.Find(key) is not { } service || service.IsBeingDeleted())
        {
            return;
        }

        var spec = service.Object("spec");
        // A class names somebody else's load balancer.
        var isOurs = spec.String("type") == "LoadBalancer" && string.IsNullOrEmpty(spec.String("loadBalancerClass"));
        var isNobodys = spec.String("type") != "LoadBalancer";
        var addresses = service.Object("status").Object("loadBalancer").Objects("ingress").Select(ingress => ingress.String("ip")).ToList();
        var wanted = isOurs ? Context.Options.BindAddress.ToString() : null;
        if ((isOurs && addresses is [{ } only] && only == wanted) || (isNobodys && addresses.Count == 0) || (!isOurs && !isNobodys))
        {
            return;
        }

        var status = (service.Object("status") ?? []).DeepClone().AsObject();
        status["loadBalancer"] = wanted is null
            ? new JsonObject()
            : new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = wanted }) };
        await Context.Writer.ReplaceStatusAsync(ResourceTypes.Services, service, status, cancellationToken);
    }
}
