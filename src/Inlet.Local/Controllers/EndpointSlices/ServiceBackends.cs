using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Controllers.Informers;
using Inlet.Local.Controllers.Pods;

namespace Inlet.Local.Controllers.EndpointSlices;

/// <summary>Which pods stand behind a Service, and on which ports: what EndpointSlices and Endpoints both say.</summary>
internal static class ServiceBackends
{
    /// <summary>A Service whose endpoints follow its selector; those of others come from elsewhere.</summary>
    public static bool HasOwnEndpoints(JsonObject service) =>
        service.Object("spec").Object("selector") is { Count: > 0 } && service.Object("spec").String("type") != "ExternalName";

    public static bool Selects(JsonObject service, JsonObject pod) =>
        HasOwnEndpoints(service) && LabelSelector.FromMap(service.Object("spec").Object("selector")).Matches(pod.Labels());

    public static bool IsHeadless(JsonObject service) => service.Object("spec").String("clusterIP") == "None";

    public static bool PublishesNotReady(JsonObject service) => service.Object("spec").Boolean("publishNotReadyAddresses") == true;

    /// <summary>The Service's pods that have an address and have not ended, in order of name; terminating ones among them.</summary>
    public static IEnumerable<JsonObject> Pods(JsonObject service, Informer pods)
    {
        var selector = LabelSelector.FromMap(service.Object("spec").Object("selector"));
        return pods.In(service.Namespace())
            .Where(pod => selector.Matches(pod.Labels()) && !pod.IsFinished() && pod.Object("status").String("podIP") is { Length: > 0 })
            .OrderBy(pod => pod.Name(), StringComparer.Ordinal);
    }

    /// <summary>The pod's address of one family; null when it has none.</summary>
    public static string? Address(JsonObject pod, AddressFamily family)
    {
        var status = pod.Object("status");
        var all = status.Objects("podIPs").Select(entry => entry.String("ip")).Append(status.String("podIP"));
        return all.FirstOrDefault(text => IPAddress.TryParse(text, out var address) && address.AddressFamily == family);
    }

    /// <summary>The Service's ports as this pod has them: a <c>targetPort</c> given by name may be another number in each pod, or none.</summary>
    public static JsonArray Ports(JsonObject service, JsonObject pod)
    {
        var ports = new JsonArray();
        foreach (var servicePort in service.Object("spec").Objects("ports"))
        {
            if (TargetPort(servicePort, pod) is { } number)
            {
                var port = new JsonObject
                {
                    ["name"] = servicePort.String("name") ?? "",
                    ["protocol"] = servicePort.String("protocol") ?? "TCP",
                    ["port"] = number,
                };
                if (servicePort.String("appProtocol") is { } appProtocol)
                {
                    port["appProtocol"] = appProtocol;
                }

                ports.Add(port);
            }
        }

        return ports;
    }

    /// <summary>The pod's own DNS name within a headless Service, or null.</summary>
    public static string? HostName(JsonObject service, JsonObject pod)
    {
        var spec = pod.Object("spec");
        return spec.String("hostname") is { Length: > 0 } name && spec.String("subdomain") == service.Name() ? name : null;
    }

    public static JsonObject TargetReference(JsonObject pod) => new()
    {
        ["kind"] = "Pod",
        ["namespace"] = pod.Namespace(),
        ["name"] = pod.Name(),
        ["uid"] = pod.Uid(),
    };

    /// <summary>The Services a change of a pod concerns; none when nothing changed that endpoints show.</summary>
    public static IEnumerable<ObjectKey> Concerned(InformerChange pod, Informer services)
    {
        if (pod.Old is not null && pod.New is not null && LookTheSame(pod.Old, pod.New))
        {
            return [];
        }

        return services.In(pod.Key.Namespace)
            .Where(service => (pod.Old is not null && Selects(service, pod.Old)) || (pod.New is not null && Selects(service, pod.New)))
            .Select(ObjectKey.Of);
    }

    private static bool LookTheSame(JsonObject a, JsonObject b) =>
        a.Uid() == b.Uid() && a.IsBeingDeleted() == b.IsBeingDeleted() && a.IsFinished() == b.IsFinished() && a.IsReady() == b.IsReady()
        && a.NodeName() == b.NodeName()
        && a.Object("status").String("podIP") == b.Object("status").String("podIP")
        && JsonNode.DeepEquals(a.Object("status")?["podIPs"], b.Object("status")?["podIPs"])
        && JsonNode.DeepEquals(a.Labels(), b.Labels());

    private static long? TargetPort(JsonObject servicePort, JsonObject pod)
    {
        var target = servicePort["targetPort"];
        if (target is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            return servicePort.Integer("targetPort") ?? servicePort.Integer("port");
        }

        var (name, protocol) = (value.GetValue<string>(), servicePort.String("protocol") ?? "TCP");
        var spec = pod.Object("spec");
        var sidecars = spec.Objects("initContainers").Where(container => container.String("restartPolicy") == "Always");
        return spec.Objects("containers").Concat(sidecars)
            .SelectMany(container => container.Objects("ports"))
            .FirstOrDefault(port => port.String("name") == name && (port.String("protocol") ?? "TCP") == protocol)
            .Integer("containerPort");
    }
}
