using System.Collections;
using System.Reflection;
using Inlet.Model;

namespace Inlet.Translation.Tests;

/// <summary>Whatever a tenant writes into an annotation, no text with a control character reaches the data plane, which puts such texts into heads.</summary>
public sealed class ControlCharactersTests
{
    private static readonly string[] Companions =
    [
        "enable-cors=true", "auth-type=basic", "auth-secret=users", "auth-url=http://x/", "auth-signin=http://x/", "auth-cache-key=$host", "affinity=cookie", "custom-http-errors=404",
        "mirror-target=http://x/", "rewrite-target=/x", "backend-protocol=HTTPS", "proxy-redirect-from=http://x/", "proxy-redirect-to=http://y/", "custom-headers=default/h",
        "auth-proxy-set-headers=h", "auth-tls-secret=default/ca", "upstream-hash-by=$host",
    ];

    public static TheoryData<string> Poisons => ["a\\r\\nX-Evil: 1", "a\\nX", "a\\u0000b", "/a\\r", "http://x/\\r\\nX: 1", "CN=a\\nb", "a\\u007fb", "\\u0085x", "$host\\r\\n"];

    [Theory]
    [MemberData(nameof(Poisons))]
    public void No_value_brings_one_into_the_model(string poison)
    {
        foreach (var spec in AnnotationCatalog.All)
        {
            string[] companions = [.. Companions.Where(one => !one.StartsWith($"{spec.Name}=", StringComparison.Ordinal))];
            foreach (var annotations in new[] { [.. companions, $"{spec.Name}={poison}"], new[] { "canary=true", $"{spec.Name}={poison}" } })
            {
                var result = Given.Translate(
                    new TranslationOptions { TlsPassthrough = true },
                    Given.Opaque("users", "auth=ann:{PLAIN}x"), Given.ConfigMap("h", "X-A: b"), Given.Secret("ca", ca: "-----BEGIN CERTIFICATE-----\nca"),
                    Given.Ingress("main", "a.com", "/", "svc", annotations: "enable-cors=false"),
                    Given.Ingress("a", annotations[0] == "canary=true" ? "a.com" : "b.com", "/", "other", annotations: [.. annotations.DistinctBy(static one => one.Split('=')[0])]));

                foreach (var host in result.Model.Hosts)
                {
                    // Certificates and their keys have lines, and are no texts of annotations.
                    Search(host with { Certificates = [], ClientCertificates = host.ClientCertificates is null ? null : host.ClientCertificates with { CaPem = "" } }, spec.Name);
                }
            }
        }
    }

    [Theory]
    [InlineData("X-A: \"a\\r\\nb\"")]
    [InlineData("\"X-A\\r\\nX-B\": c")]
    [InlineData("X-A: \"a\\u0000\"")]
    public void No_map_brings_one_into_the_model(string entry)
    {
        var result = Given.Translate(
            Given.ConfigMap("h", entry), Given.Ingress("a", "a.com", "/", "svc", annotations: ["custom-headers=default/h", "auth-url=http://x/", "auth-proxy-set-headers=h"]));

        Assert.True(result.Model.Hosts[0].Routes[0].Policies.Closed);
        Search(result.Model.Hosts[0], entry);
    }

    private static void Search(object? value, string where)
    {
        switch (value)
        {
            case null or ValueType and not IEnumerable:
                break;
            case UpstreamTlsPolicy tls:
                Search(tls.ServerName, where);
                Search(tls.Ciphers, where);
                break;
            case string text:
                Assert.False(text.Any(char.IsControl), $"{where} brought \"{text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\" into the model");
                break;
            case IEnumerable items:
                foreach (var item in items)
                {
                    Search(item, where);
                }

                break;
            case var record when record.GetType().Assembly == typeof(RouteModel).Assembly:
                foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.GetIndexParameters().Length == 0))
                {
                    Search(property.GetValue(record), $"{where}: {property.Name}");
                }

                break;
            default:
                break;
        }
    }
}
