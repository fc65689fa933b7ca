using System.Globalization;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>An Ingress backend → the key its endpoints are found by.</summary>
internal static class BackendReader
{
    private const int LargestPort = 65535;

    public static BackendClaim? Read(IngressBackend backend, string ns, string field, Verdicts verdicts)
    {
        if (backend.Service is not { } service)
        {
            if (backend.Resource is not null)
            {
                verdicts.Refused($"{field}.resource", VerdictCodes.ResourceBackendNotSupported,
                    "Backends that are not Services are not supported; the path is not served. Name a service instead.");
            }
            else
            {
                verdicts.Refused(field, VerdictCodes.InvalidBackend, "The backend names no service; the path is not served. Add service.name and service.port.");
            }

            return null;
        }

        var port = (service.Port?.Name, service.Port?.Number) switch
        {
            ({ Length: > 0 } name, null or 0) => name,
            (null or "", >= 1 and <= LargestPort and var number) => number.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
        if (string.IsNullOrEmpty(service.Name) || port is null)
        {
            verdicts.Refused($"{field}.service", VerdictCodes.InvalidBackend,
                $"The backend needs service.name and either service.port.number (1 to {LargestPort}) or service.port.name; the path is not served.");
            return null;
        }

        return new BackendClaim(new BackendKey(ns, service.Name, port), field);
    }
}
