using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal static class ServiceValidation
{
    public static void Validate(JsonObject? spec, JsonObject? old, FieldErrors errors)
    {
        var type = spec.String("type");
        FieldChecks.OneOf(type, "spec.type", errors, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        FieldChecks.OneOf(spec.String("sessionAffinity"), "spec.sessionAffinity", errors, "ClientIP", "None");
        FieldChecks.OneOf(spec.String("internalTrafficPolicy"), "spec.internalTrafficPolicy", errors, "Cluster", "Local");
        FieldChecks.OneOf(spec.String("externalTrafficPolicy"), "spec.externalTrafficPolicy", errors, "Cluster", "Local");
        var isHeadless = spec.String("clusterIP") == "None";
        if (spec.Array("ports") is null or { Count: 0 } && !isHeadless && type != "ExternalName")
        {
            errors.Required("spec.ports");
        }

        if (type == "ExternalName")
        {
            ExternalName(spec, errors);
        }

        if (type == "LoadBalancer" && isHeadless)
        {
            errors.Invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services");
        }

        MetadataValidation.ValidateLabels(spec.Object("selector"), "spec.selector", errors);
        Ports(spec, errors);
        ClusterAddress(spec, old, errors);
        for (var i = 0; i < (spec.Array("externalIPs")?.Count ?? 0); i++)
        {
            var ip = spec.Array("externalIPs")![i]?.ToString();
            if (!IPAddress.TryParse(ip, out _))
            {
                errors.Invalid($"spec.externalIPs[{i}]", ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            }
        }
    }

    private static void ExternalName(JsonObject? spec, FieldErrors errors)
    {
        var name = (spec.String("externalName") ?? "").TrimEnd('.');
        if (name.Length == 0)
        {
            errors.Required("spec.externalName");
        }
        else if (ObjectNames.SubdomainError(name) is { } error)
        {
            errors.Invalid("spec.externalName", name, error);
        }

        if (!string.IsNullOrEmpty(spec.String("clusterIP")))
        {
            errors.Forbidden("spec.clusterIPs", "may not be set for ExternalName services");
        }
    }

    private static void ClusterAddress(JsonObject? spec, JsonObject? old, FieldErrors errors)
    {
        var address = spec.String("clusterIP") ?? "";
        if (address.Length > 0 && address != "None" && !IPAddress.TryParse(address, out _))
        {
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }

        if (old.String("clusterIP") is { Length: > 0 } before && address != before
            && old.String("type") != "ExternalName" && spec.String("type") != "ExternalName")
        {
            errors.Invalid("spec.clusterIPs[0]", new JsonArray(address), "may not change once set");
        }
    }

    private static void Ports(JsonObject? spec, FieldErrors errors)
    {
        var ports = spec.Objects("ports").ToList();
        var names = new HashSet<string>();
        var seen = new HashSet<(long?, string?)>();
        var nodePorts = new HashSet<(long, string?)>();
        for (var i = 0; i < ports.Count; i++)
        {
            var (port, at) = (ports[i], $"spec.ports[{i}]");
            var name = port.String("name") ?? "";
            if (name.Length == 0 && ports.Count > 1)
            {
                errors.Required($"{at}.name");
            }
            else if (name.Length > 0 && ObjectNames.LabelError(name) is { } error)
            {
                errors.Invalid($"{at}.name", name, error);
            }
            else if (name.Length > 0 && !names.Add(name))
            {
                errors.Duplicate($"{at}.name", name);
            }

            FieldChecks.Port(port.Integer("port"), $"{at}.port", errors);
            FieldChecks.OneOf(port.String("protocol"), $"{at}.protocol", errors, "SCTP", "TCP", "UDP");
            TargetPort(port["targetPort"], $"{at}.targetPort", errors);
            if (!seen.Add((port.Integer("port"), port.String("protocol"))))
            {
                errors.Duplicate(at, new JsonObject { ["port"] = port["port"]?.DeepClone(), ["protocol"] = port["protocol"]?.DeepClone() });
            }

            NodePort(spec, port, at, nodePorts, errors);
        }
    }

    private static void NodePort(JsonObject? spec, JsonObject port, string at, HashSet<(long, string?)> seen, FieldErrors errors)
    {
        if (port.Integer("nodePort") is not { } number || number == 0)
        {
            return;
        }

        if (spec.String("type") is not ("NodePort" or "LoadBalancer"))
        {
            errors.Forbidden($"{at}.nodePort", $"may not be used when `type` is '{spec.String("type")}'");
        }
        else if (number is < 30000 or > 32767)
        {
            errors.Invalid($"{at}.nodePort", JsonValue.Create(number), "provided port is not in the valid range. The range of valid ports is 30000-32767");
        }
        else if (!seen.Add((number, port.String("protocol"))))
        {
            errors.Duplicate($"{at}.nodePort", JsonValue.Create(number));
        }
    }

    private static void TargetPort(JsonNode? target, string at, FieldErrors errors)
    {
        if (target?.GetValueKind() == JsonValueKind.String)
        {
            foreach (var error in ObjectNames.PortNameErrors(target.ToString()))
            {
                errors.Invalid(at, target.ToString(), error);
            }
        }
        else if (target is JsonValue && long.TryParse(target.ToJsonString(), out var number))
        {
            FieldChecks.Port(number, at, errors);
        }
    }
}
