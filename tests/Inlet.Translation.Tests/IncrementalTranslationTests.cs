using CsCheck;
using Inlet.Kubernetes;

namespace Inlet.Translation.Tests;

public sealed class IncrementalTranslationTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];
    private static readonly string[] Hosts = ["", "x.com", "y.com", "*.x.com", "not a host"];
    private static readonly string[] Paths = ["/", "/p", "/p/", "/q", "bad"];
    private static readonly string?[] Classes = ["inlet", "inlet", "inlet", "other", null];
    private static readonly string[] SecretNames = ["s1", "s2"];

    private static readonly Gen<IngressRule> GenRule =
        from host in OneOf(Hosts)
        from path in OneOf(Paths)
        from exact in Gen.Bool
        from service in Gen.Int[0, 2]
        select new IngressRule(host, new HttpIngressRule([new HttpIngressPath(path, exact ? "Exact" : "Prefix", Backend(service))]));

    private static readonly Gen<Ingress> GenIngress =
        from name in OneOf(Names)
        from age in Gen.Int[0, 3]
        from className in OneOf(Classes)
        from rules in GenRule.Array[0, 3]
        from hasDefault in Gen.Int[0, 3]
        from tlsHost in OneOf(Hosts)
        from secret in OneOf(SecretNames)
        from hasTls in Gen.Bool
        from annotations in Gen.OneOf(
            Gen.Const(Annotations()),
            Gen.Const(Annotations(("canary", "true"), ("canary-weight", "10"))),
            Gen.Const(Annotations(("ssl-redirect", "false"))),
            Gen.Const(Annotations(("app-root", "/p"), ("from-to-www-redirect", "true"))),
            Gen.Const(Annotations(("backend-protocol", "HTTPS"), ("proxy-ssl-secret", "ns/s1"))),
            Gen.Const(Annotations(("use-regex", "true"))),
            Gen.Const(Annotations(("rewrite-target", "/p"), ("allowlist-source-range", "nonsense"))),
            Gen.Const(Annotations(("canary", "nonsense"), ("unknown", "1"))))
        select new Ingress(
            new ObjectMeta(name, "ns", name, "1", DateTimeOffset.UnixEpoch.AddDays(age), annotations),
            new IngressSpec(className, hasDefault == 0 ? Backend(9) : null, hasTls ? [new IngressTls([tlsHost], secret)] : null, rules));

    /// <summary>An edit as a description, so that the same one can be made to a translator and to a plain list of objects.</summary>
    private static readonly Gen<object> GenEdit = Gen.Frequency(
        (6, GenIngress.Select(ingress => (object)ingress)),
        (2, OneOf(Names).Select(name => (object)new RemoveIngress(name))),
        (2, Gen.Select(OneOf(SecretNames), Gen.Int[0, 2]).Select((name, version) => (object)Secret(name, version))),
        (1, OneOf(SecretNames).Select(name => (object)new RemoveSecret(name))),
        (1, Gen.Int[0, 3].Select(variant => (object)Class(variant))),
        (1, Gen.Const((object)new RemoveClass())));

    [Theory]
    [InlineData(IngressBehaviour.Inlet)]
    [InlineData(IngressBehaviour.IngressNginx)]
    public void Translating_step_by_step_equals_translating_from_scratch(IngressBehaviour behaviour)
    {
        var options = new TranslationOptions { Behaviour = behaviour };
        GenEdit.Array[1, 25].Sample(edits =>
        {
            var translator = new Translator(options);
            var ingresses = new Dictionary<string, Ingress>();
            var secrets = new Dictionary<string, Secret>();
            IngressClass? ingressClass = null;
            foreach (var edit in edits)
            {
                Apply(translator, edit);
                switch (edit)
                {
                    case Ingress ingress:
                        ingresses[ingress.Metadata!.Name] = ingress;
                        break;
                    case RemoveIngress removed:
                        ingresses.Remove(removed.Name);
                        break;
                    case Secret secret:
                        secrets[secret.Metadata!.Name] = secret;
                        break;
                    case RemoveSecret removed:
                        secrets.Remove(removed.Name);
                        break;
                    case IngressClass changed:
                        ingressClass = changed;
                        break;
                    default:
                        ingressClass = null;
                        break;
                }

                var scratch = new Translator(options);
                foreach (var ingress in ingresses.Values.Reverse())
                {
                    scratch.Put(ingress);
                }

                foreach (var secret in secrets.Values)
                {
                    scratch.Put(secret);
                }

                if (ingressClass is not null)
                {
                    scratch.Put(ingressClass);
                }

                var expected = scratch.Translate();
                var actual = translator.Translate();
                Assert.Equal(expected.Model, actual.Model);
                Assert.Equal(expected.Verdicts, actual.Verdicts);
                Assert.Equal(expected.Ours.Select(Name).Order(), actual.Ours.Select(Name).Order());
            }
        });
    }

    private static void Apply(Translator translator, object edit)
    {
        switch (edit)
        {
            case Ingress ingress:
                translator.Put(ingress);
                break;
            case RemoveIngress removed:
                translator.RemoveIngress(new ObjectKey("ns", removed.Name));
                break;
            case Secret secret:
                translator.Put(secret);
                break;
            case RemoveSecret removed:
                translator.RemoveSecret(new ObjectKey("ns", removed.Name));
                break;
            case IngressClass changed:
                translator.Put(changed);
                break;
            default:
                translator.RemoveIngressClass(new ObjectKey("", "inlet"));
                break;
        }
    }

    private static string Name(Ingress ingress) => ingress.Metadata!.Name;

    private static IngressBackend Backend(int service) => new(new IngressServiceBackend($"svc-{service}", new ServiceBackendPort(Number: 80)));

    private static Secret Secret(string name, int version) =>
        new(new ObjectMeta(name, "ns"), "kubernetes.io/tls", new SecretData(Base64(version == 0 ? "no pem" : $"-----BEGIN {version}"), Base64("-----BEGIN KEY")));

    private static IngressClass Class(int variant) => new(
        new ObjectMeta("inlet", Annotations: variant == 1 ? new Dictionary<string, string?> { ["ingressclass.kubernetes.io/is-default-class"] = "true" } : null),
        new IngressClassSpec(variant == 2 ? "somebody.else/controller" : TranslationOptions.ControllerName));

    private static Dictionary<string, string?> Annotations(params (string Name, string Value)[] annotations) =>
        annotations.ToDictionary(annotation => AnnotationSpec.Prefix + annotation.Name, annotation => (string?)annotation.Value);

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static Gen<T> OneOf<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private sealed record RemoveIngress(string Name);

    private sealed record RemoveSecret(string Name);

    private sealed record RemoveClass;
}
