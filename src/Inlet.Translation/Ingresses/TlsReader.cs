using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary><c>spec.tls</c> → which Secret each host asks for.</summary>
internal static class TlsReader
{
    public static EquatableArray<TlsClaim> Read(IngressSpec spec, IReadOnlyList<PathClaim> paths, Verdicts verdicts)
    {
        var claims = new List<TlsClaim>();
        for (var index = 0; index < (spec.Tls?.Count ?? 0); index++)
        {
            if (spec.Tls![index] is not { } entry)
            {
                continue;
            }

            var field = $"spec.tls[{index}]";
            var secret = string.IsNullOrEmpty(entry.SecretName) ? null : entry.SecretName;
            if (secret is null)
            {
                verdicts.Defaulted($"{field}.secretName", VerdictCodes.TlsWithoutSecret,
                    "The TLS entry names no Secret; its hosts are served with the default certificate. Set secretName to a Secret of type kubernetes.io/tls.");
            }

            claims.AddRange(Hosts(entry, field, paths, verdicts).Select(host => new TlsClaim(host, secret, field)));
        }

        return claims.ToEquatableArray();
    }

    /// <summary>An entry without hosts means every named host of the Ingress.</summary>
    private static IEnumerable<string> Hosts(IngressTls entry, string field, IReadOnlyList<PathClaim> paths, Verdicts verdicts)
    {
        if (entry.Hosts is null or { Count: 0 })
        {
            return paths.Select(static claim => claim.Host).Where(static host => host.Length > 0).Distinct();
        }

        var hosts = new List<string>();
        for (var index = 0; index < entry.Hosts.Count; index++)
        {
            if (HostNames.Normalise(entry.Hosts[index]) is { Length: > 0 } host)
            {
                hosts.Add(host);
            }
            else
            {
                verdicts.Refused($"{field}.hosts[{index}]", VerdictCodes.InvalidHost,
                    $"\"{entry.Hosts[index]}\" is not a DNS name or a wildcard like *.example.com; no certificate is served for it.");
            }
        }

        return hosts;
    }
}
