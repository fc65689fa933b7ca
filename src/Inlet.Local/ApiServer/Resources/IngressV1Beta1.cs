using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// Ingress as it was before networking.k8s.io/v1, under both of its old groups: <c>spec.backend</c> instead of
/// <c>defaultBackend</c>, <c>serviceName</c>/<c>servicePort</c> instead of <c>service.name</c>/<c>service.port</c>, and a
/// <c>pathType</c> that may be missing (then <c>ImplementationSpecific</c>). Nothing else differs, so both ways are lossless.
/// </summary>
internal sealed class IngressV1Beta1(string group, string deprecatedIn)
    : ServedVersion(
        new ResourceType(group, "v1beta1", "Ingress", "ingresses", true),
        group == "extensions" ? "k8s.io.api.extensions.v1beta1.Ingress" : "k8s.io.api.networking.v1beta1.Ingress")
{
    public override string DeprecationWarning { get; } =
        $"{group}/v1beta1 Ingress is deprecated in {deprecatedIn}+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress";

    public override JsonObject ToStorage(JsonObject obj)
    {
        obj["apiVersion"] = ResourceTypes.Ingresses.ApiVersion;
        if (obj["spec"] is not JsonObject spec)
        {
            return obj;
        }

        Rename(spec, "backend", "defaultBackend");
        foreach (var path in Paths(spec))
        {
            // The v1beta1 default; v1 has none and asks for the field.
            path["pathType"] ??= "ImplementationSpecific";
        }

        foreach (var backend in Backends(spec))
        {
            NestService(backend);
        }

        return obj;
    }

    public override JsonObject FromStorage(JsonObject obj)
    {
        obj["apiVersion"] = Type.ApiVersion;
        if (obj["spec"] is not JsonObject spec)
        {
            return obj;
        }

        foreach (var backend in Backends(spec))
        {
            FlattenService(backend);
        }

        Rename(spec, "defaultBackend", "backend");
        return obj;
    }

    private static void NestService(JsonObject backend)
    {
        var name = Take(backend, "serviceName");
        var port = Take(backend, "servicePort");
        if (name is null && port is null)
        {
            return;
        }

        var service = new JsonObject();
        if (name is not null)
        {
            service["name"] = name;
        }

        if (port is JsonValue value)
        {
            service["port"] = value.GetValueKind() == JsonValueKind.String
                ? new JsonObject { ["name"] = port }
                : new JsonObject { ["number"] = port };
        }

        backend.Insert(0, "service", service);
    }

    private static void FlattenService(JsonObject backend)
    {
        if (Take(backend, "service") is not JsonObject service)
        {
            return;
        }

        var position = 0;
        if (Take(service, "name") is { } name)
        {
            backend.Insert(position++, "serviceName", name);
        }

        if (service["port"] is JsonObject port && (Take(port, "name") ?? Take(port, "number")) is { } value)
        {
            backend.Insert(position, "servicePort", value);
        }
    }

    private static IEnumerable<JsonObject> Paths(JsonObject spec) =>
        spec.Objects("rules").SelectMany(rule => rule.Object("http").Objects("paths"));

    private static IEnumerable<JsonObject> Backends(JsonObject spec)
    {
        if (spec["defaultBackend"] is JsonObject backend)
        {
            yield return backend;
        }

        foreach (var path in Paths(spec))
        {
            if (path["backend"] is JsonObject pathBackend)
            {
                yield return pathBackend;
            }
        }
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (Take(obj, from) is { } value)
        {
            obj[to] = value;
        }
    }

    private static JsonNode? Take(JsonObject obj, string key)
    {
        var value = obj[key];
        obj.Remove(key);
        return value;
    }
}
