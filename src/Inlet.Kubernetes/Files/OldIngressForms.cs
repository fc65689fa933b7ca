using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// Ingress of <c>networking.k8s.io/v1beta1</c> and <c>extensions/v1beta1</c> → <c>networking.k8s.io/v1</c>, as the API server
/// converts it: <c>backend</c> became <c>defaultBackend</c>, <c>serviceName</c>/<c>servicePort</c> became
/// <c>service.name</c>/<c>service.port</c>, and a missing <c>pathType</c> means <c>ImplementationSpecific</c>.
/// </summary>
internal static class OldIngressForms
{
    public static bool IsOld(string apiVersion) => apiVersion is "networking.k8s.io/v1beta1" or "extensions/v1beta1";

    public static void ToV1(JsonObject ingress)
    {
        ingress["apiVersion"] = ResourceTypes.Ingresses.ApiVersion;
        if (ingress.Object("spec") is not { } spec)
        {
            return;
        }

        if (spec.Remove("backend", out var fallback))
        {
            spec["defaultBackend"] = fallback;
        }

        NestService(spec.Object("defaultBackend"));
        foreach (var path in spec.Objects("rules").SelectMany(rule => rule.Object("http").Objects("paths")))
        {
            path["pathType"] ??= "ImplementationSpecific";
            NestService(path.Object("backend"));
        }
    }

    private static void NestService(JsonObject? backend)
    {
        if (backend is null || !backend.Remove("serviceName", out var name))
        {
            return;
        }

        var service = new JsonObject { ["name"] = name };
        if (backend.Remove("servicePort", out var port) && port is not null)
        {
            service["port"] = new JsonObject { [port.GetValueKind() == JsonValueKind.String ? "name" : "number"] = port };
        }

        backend["service"] = service;
    }
}
