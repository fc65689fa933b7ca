using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation.Tests;

/// <summary>Objects from YAML, as users write them, and what they translate to.</summary>
internal static class Given
{
    public const string Class = """
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: inlet}
        spec: {controller: inlet.dev/ingress-controller}
        """;

    public static TranslationResult Translate(params string[] documents) => Translate(new TranslationOptions(), documents);

    public static TranslationResult Translate(TranslationOptions options, params string[] documents)
    {
        var translator = new Translator(options);
        Put(translator, [Class, .. documents]);
        return translator.Translate();
    }

    /// <summary>The policies of one Ingress's route, about which there must be nothing to say.</summary>
    public static RoutePolicies Policies(params string[] annotations)
    {
        var result = Translate(Ingress("a", "a.com", "/", "svc", annotations: annotations));
        Assert.Empty(result.Verdicts);
        return result.Model.Hosts[0].Routes[0].Policies;
    }

    /// <summary>The policies of one Ingress's route, about which there must be exactly this verdict: <c>Outcome Code field</c>.</summary>
    public static RoutePolicies PoliciesReporting(string verdict, params string[] annotations)
    {
        var result = Translate(Ingress("a", "a.com", "/", "svc", annotations: annotations));
        Assert.Equal([$"a {verdict}"], result.Verdicts.Lines());
        return result.Model.Hosts[0].Routes[0].Policies;
    }

    public static void Put(Translator translator, params string[] documents)
    {
        foreach (var manifest in documents.SelectMany(document => ManifestReader.Parse(document, "test.yaml")))
        {
            var obj = manifest.Object;
            if (obj.Namespace().Length == 0)
            {
                obj.GetOrAddObject("metadata")["namespace"] = "default";
            }

            switch (obj.String("kind"))
            {
                case "Ingress":
                    translator.Put(ObjectReader.Ingress(obj));
                    break;
                case "IngressClass":
                    translator.Put(ObjectReader.IngressClass(obj));
                    break;
                case "Secret":
                    translator.Put(ObjectReader.Secret(obj));
                    break;
                case "ConfigMap":
                    translator.Put(ObjectReader.ConfigMap(obj));
                    break;
                default:
                    throw new ArgumentException($"no {obj.String("kind")} here");
            }
        }
    }

    /// <param name="annotations">Without prefix: <c>name=value</c>.</param>
    public static string Ingress(
        string name, string host, string path, string service, string pathType = "Prefix", string spec = "", string created = "2026-01-01T00:00:00Z", params string[] annotations) =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {{name}}
          creationTimestamp: "{{created}}"
          annotations: {{{string.Join(", ", annotations.Select(Annotation))}} }
        spec:
          ingressClassName: inlet
          rules:
          - host: "{{host}}"
            http:
              paths:
              - path: "{{path}}"
                pathType: {{pathType}}
                backend:
                  service:
                    name: {{service}}
                    port: {number: 80}
          {{spec}}
        """;

    public static string Secret(string name, string type = "kubernetes.io/tls", string certificate = Pem, string key = Pem, string ca = "") =>
        $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}}
        type: {{type}}
        data: {tls.crt: "{{Base64(certificate)}}", tls.key: "{{Base64(key)}}", ca.crt: "{{Base64(ca)}}"}
        """;

    /// <param name="entries"><c>key=value</c>, not yet base64.</param>
    public static string Opaque(string name, params string[] entries) =>
        $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}}
        type: Opaque
        data: { {{string.Join(", ", entries.Select(static entry => entry.Split('=', 2)).Select(static parts => $"{parts[0]}: \"{Base64(parts[1])}\""))}} }
        """;

    /// <param name="entries">YAML mappings of one line.</param>
    public static string ConfigMap(string name, params string[] entries) =>
        $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{name}}}
        data:
          {{string.Join("\n  ", entries)}}
        """;

    private const string Pem = "-----BEGIN SOMETHING-----\nMA==\n-----END SOMETHING-----\n";

    /// <summary>One line per route: <c>host KIND path → service:port [+canary …] redirect</c>, with <c>TLS(secret)</c> lines for certificates.</summary>
    public static string[] Lines(this RouteModel model)
    {
        var lines = new List<string>();
        foreach (var host in model.Hosts)
        {
            var name = host.Host.Length == 0 ? "any" : host.Host;
            lines.AddRange(host.Certificates.Select(certificate => $"{name} TLS({certificate.Source.Name})"));
            lines.AddRange(host.Routes.Select(route => $"{name} {route.Path.Kind} {route.Path.Path} → {Text(route.Split)}"));
        }

        if (model.DefaultBackend is { } split)
        {
            lines.Add($"default → {Text(split)}");
        }

        return [.. lines];
    }

    /// <summary>One line per verdict: <c>Ingress Outcome Code field</c>.</summary>
    public static string[] Lines(this EquatableArray<Verdict> verdicts) =>
        [.. verdicts.Select(verdict => $"{verdict.Object.Name} {verdict.Outcome} {verdict.Code} {verdict.Field}".TrimEnd())];

    public static string Field(string annotation) => $"metadata.annotations[nginx.ingress.kubernetes.io/{annotation}]";

    private static string Text(Split split) => $"{(split.NotFound ? "404" : Text(split.Primary!))}{string.Concat(split.Canaries.Select(Text))}";

    private static string Text(BackendKey backend) => $"{backend.Service}:{backend.Port}";

    private static string Text(Canary canary)
    {
        var header = canary.Header is { } h ? $" {h.Name}={h.Value ?? "always"}" : "";
        var cookie = canary.Cookie is { } c ? $" cookie {c}" : "";
        return $" +{Text(canary.Backend)}{header}{cookie} {canary.Weight}/{canary.WeightTotal}";
    }

    private static string Annotation(string annotation)
    {
        var parts = annotation.Split('=', 2);
        return $"\"nginx.ingress.kubernetes.io/{parts[0]}\": \"{parts[1]}\"";
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
