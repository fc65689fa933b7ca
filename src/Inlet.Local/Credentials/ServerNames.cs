using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Inlet.Local.Credentials;

/// <summary>What the server certificate is made out to.</summary>
internal sealed class ServerNames
{
    private static readonly string[] DnsNames =
        ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

    private readonly HashSet<IPAddress> _addresses;

    /// <param name="addresses">Besides the loopback addresses. Wildcards (0.0.0.0, ::) name nothing and are left out.</param>
    public ServerNames(IEnumerable<IPAddress> addresses)
    {
        _addresses = [.. addresses.Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback)
            .Where(a => !a.Equals(IPAddress.Any) && !a.Equals(IPAddress.IPv6Any))];
    }

    /// <param name="host">A DNS name (any case) or an address, as in a Host header without its port.</param>
    public bool Contains(string host) =>
        IPAddress.TryParse(host, out var address) ? _addresses.Contains(address) : DnsNames.Contains(host, StringComparer.OrdinalIgnoreCase);

    public X509Extension ToExtension()
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in DnsNames)
        {
            builder.AddDnsName(name);
        }

        foreach (var address in _addresses)
        {
            builder.AddIpAddress(address);
        }

        return builder.Build();
    }

    public bool AreThoseOf(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return extension is not null
            && _addresses.SetEquals(extension.EnumerateIPAddresses())
            && DnsNames.ToHashSet(StringComparer.Ordinal).SetEquals(extension.EnumerateDnsNames());
    }
}
