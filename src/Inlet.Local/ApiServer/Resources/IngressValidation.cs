using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal static class IngressValidation
{
    private static readonly string[] ForbiddenSequences = ["//", "/./", "/../", "%2f", "%2F"];
    private static readonly string[] ForbiddenEndings = ["/..", "/."];

    public static void Validate(JsonObject? spec, FieldErrors errors)
    {
        var backend = spec.Object("defaultBackend");
        if (backend is not null)
        {
            Backend(backend, "spec.defaultBackend", errors);
        }
        else if (spec.Array("rules") is null or { Count: 0 })
        {
            errors.Invalid("spec", new JsonArray(), "either `defaultBackend` or `rules` must be specified");
        }

        foreach (var (rule, index) in spec.Objects("rules").Select((r, i) => (r, i)))
        {
            Rule(rule, $"spec.rules[{index}]", errors);
        }

        foreach (var (tls, index) in spec.Objects("tls").Select((t, i) => (t, i)))
        {
            Tls(tls, $"spec.tls[{index}]", errors);
        }

        if (spec.String("ingressClassName") is { } name && ObjectNames.SubdomainError(name) is { } error)
        {
            errors.Invalid("spec.ingressClassName", name, error);
        }
    }

    private static void Rule(JsonObject rule, string at, FieldErrors errors)
    {
        if (rule.String("host") is { Length: > 0 } host)
        {
            if (IPAddress.TryParse(host, out _))
            {
                errors.Invalid($"{at}.host", host, "must be a DNS name, not an IP address");
            }
            else if (HostError(host) is { } error)
            {
                errors.Invalid($"{at}.host", host, error);
            }
        }

        if (rule["http"] is not JsonObject http)
        {
            return;
        }

        if (http.Array("paths") is null or { Count: 0 })
        {
            errors.Required($"{at}.http.paths");
        }

        foreach (var (path, index) in http.Objects("paths").Select((p, i) => (p, i)))
        {
            Path(path, $"{at}.http.paths[{index}]", errors);
            if (path["backend"] is JsonObject backend)
            {
                Backend(backend, $"{at}.http.paths[{index}].backend", errors);
            }
            else
            {
                errors.Required($"{at}.http.paths[{index}].backend", "resource or service backend is required");
            }
        }
    }

    private static void Path(JsonObject path, string at, FieldErrors errors)
    {
        var text = path.String("path") ?? "";
        switch (path.String("pathType"))
        {
            case null or "":
                errors.Required($"{at}.pathType", "pathType must be specified");
                break;
            case "Exact" or "Prefix":
                if (!text.StartsWith('/'))
                {
                    errors.Invalid($"{at}.path", text, "must be an absolute path");
                    break;
                }

                foreach (var sequence in ForbiddenSequences.Where(s => text.Contains(s, StringComparison.Ordinal)))
                {
                    errors.Invalid($"{at}.path", text, $"must not contain '{sequence}'");
                }

                foreach (var ending in ForbiddenEndings.Where(s => text.EndsWith(s, StringComparison.Ordinal)))
                {
                    errors.Invalid($"{at}.path", text, $"cannot end with '{ending}'");
                }

                break;
            case "ImplementationSpecific":
                if (text.Length > 0 && text[0] != '/')
                {
                    errors.Invalid($"{at}.path", text, "must be an absolute path");
                }

                break;
            case var other:
                errors.NotSupported($"{at}.pathType", other, "Exact", "ImplementationSpecific", "Prefix");
                break;
        }
    }

    private static void Backend(JsonObject backend, string at, FieldErrors errors)
    {
        var service = backend.Object("service");
        switch (service, backend.Object("resource"))
        {
            case (null, null):
                errors.Required(at, "resource or service backend is required");
                return;
            case (not null, not null):
                errors.Invalid(at, "", "cannot set both resource and service backends");
                return;
            case (null, _):
                return;
        }

        var name = service.String("name") ?? "";
        if (name.Length == 0)
        {
            errors.Required($"{at}.service.name");
        }
        else if (ObjectNames.ServiceLabelError(name) is { } error)
        {
            errors.Invalid($"{at}.service.name", name, error);
        }

        var portName = service.Object("port").String("name") ?? "";
        var number = service.Object("port").Integer("number") ?? 0;
        if (portName.Length > 0 && number != 0)
        {
            errors.Invalid($"{at}", "", "cannot set both port name & port number");
        }
        else if (portName.Length > 0)
        {
            foreach (var portError in ObjectNames.PortNameErrors(portName))
            {
                errors.Invalid($"{at}.service.port.name", portName, portError);
            }
        }
        else if (number == 0)
        {
            errors.Required($"{at}", "port name or number is required");
        }
        else
        {
            FieldChecks.Port(number, $"{at}.service.port.number", errors);
        }
    }

    private static void Tls(JsonObject tls, string at, FieldErrors errors)
    {
        foreach (var (host, index) in (tls.Array("hosts") ?? []).Select((h, i) => (h?.ToString() ?? "", i)))
        {
            if (HostError(host) is { } error)
            {
                errors.Invalid($"{at}.hosts[{index}]", host, error);
            }
        }

        if (tls.String("secretName") is { Length: > 0 } secret && ObjectNames.SubdomainError(secret) is { } secretError)
        {
            errors.Invalid($"{at}.secretName", secret, secretError);
        }
    }

    private static string? HostError(string host) => host.Contains('*', StringComparison.Ordinal)
        ? ObjectNames.WildcardSubdomainError(host)
        : ObjectNames.SubdomainError(host);
}
