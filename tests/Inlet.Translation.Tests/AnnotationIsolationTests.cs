using CsCheck;
using Inlet.Kubernetes;

namespace Inlet.Translation.Tests;

/// <summary>Whatever one Ingress carries, hosts of others are served as if it were not there.</summary>
public sealed class AnnotationIsolationTests
{
    private static readonly string[] Names = [.. AnnotationCatalog.All.Select(static spec => spec.Name), "no-such-thing", ""];

    /// <summary>What values are made of: what annotations take, what configuration languages read as their own, and noise.</summary>
    private static readonly string[] Pieces =
    [
        "true", "false", "on", "off", "0", "1", "-1", "100", "99999999999999999999", "8m", "60s", "HTTPS", "GRPC", "cookie", "/", "/x", "/$1", "$", "${", "$host", "$1", "*",
        "good.com", "www.good.com", "*.com", "http://good.com/", "https://bad.com", "default/secret", "other/secret", "10.0.0.0/8", "::/0", "CN=", "(", ")", "[a-", "(a+)+$", "(?=x)",
        ";", "}", "{", "#", "\"", "'", "\\", "\r\n", "\n", "\0", "\t", " ", ",", ":", "=", "|", "é", "\ud83d\udca5", "server { listen 80; }", "add_header X y;", "<script>", "../", "%0d%0a", "%2F",
    ];

    private static readonly Gen<string> GenValue = Gen.Frequency(
        (6, Gen.Int[0, Pieces.Length - 1].Select(static index => Pieces[index]).Array[0, 6].Select(static pieces => string.Concat(pieces))),
        (1, Gen.String[0, 60]));

    private static readonly Gen<Dictionary<string, string?>> GenAnnotations =
        Gen.Select(Gen.Int[0, Names.Length - 1], GenValue).Array[1, 8].Select(static pairs =>
            pairs.DistinctBy(static pair => pair.Item1).ToDictionary(static pair => AnnotationSpec.Prefix + Names[pair.Item1], static pair => (string?)pair.Item2));

    [Theory]
    [InlineData(IngressBehaviour.Inlet)]
    [InlineData(IngressBehaviour.IngressNginx)]
    public void No_annotation_of_one_ingress_changes_what_another_host_serves(IngressBehaviour behaviour)
    {
        var options = new TranslationOptions { Behaviour = behaviour, EveryClass = true };
        var alone = Translate(options, null);
        Gen.Select(GenAnnotations, Gen.Bool).Sample((annotations, older) =>
        {
            var result = Translate(options, Ingress("bad", "bad.com", annotations, older ? 0 : 9));

            foreach (var host in alone.Model.Hosts)
            {
                Assert.Equal(host, result.Model.Hosts.Single(other => other.Host == host.Host));
            }

            Assert.Equal(alone.Model.DefaultBackend, result.Model.DefaultBackend);
            Assert.DoesNotContain(result.Verdicts, static verdict => verdict.Object.Name.StartsWith("good", StringComparison.Ordinal));
            Assert.DoesNotContain(result.Verdicts, static verdict => verdict.Code == VerdictCodes.TranslationFailed);
        }, iter: 3000);
    }

    private static TranslationResult Translate(TranslationOptions options, Ingress? bad)
    {
        var translator = new Translator(options);
        translator.Put(Ingress("good", "good.com", new Dictionary<string, string?> { [AnnotationSpec.Prefix + "proxy-body-size"] = "8m" }, 5));
        translator.Put(Ingress("good-www", "www.good.com", [], 5));
        translator.Put(Ingress("good-any", "*.good.com", [], 5));
        if (bad is not null)
        {
            translator.Put(bad);
        }

        return translator.Translate();
    }

    private static Ingress Ingress(string name, string host, Dictionary<string, string?> annotations, int age)
    {
        var backend = new IngressBackend(new IngressServiceBackend("svc", new ServiceBackendPort(Number: 80)));
        return new Ingress(
            new ObjectMeta(name, "default", name, "1", DateTimeOffset.UnixEpoch.AddDays(age), annotations),
            new IngressSpec(Rules: [new IngressRule(host, new HttpIngressRule([new HttpIngressPath("/", "Prefix", backend), new HttpIngressPath("/x", "Exact", backend)]))]));
    }
}
