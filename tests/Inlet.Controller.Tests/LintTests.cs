using System.Globalization;
using System.Text;
using Inlet.Translation;

namespace Inlet.Controller.Tests;

/// <summary>What is said about files, and where in them.</summary>
public sealed class LintTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-lint-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Finding_names_file_line_object_and_key()
    {
        var file = Write("shop.yaml", """
            # The shop.
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: unrelated}
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: shop
              namespace: web
              annotations:
                nginx.ingress.kubernetes.io/rewrite-target: /
                nginx.ingress.kubernetes.io/configuration-snippet: |
                  more_set_headers "X: y";
                nginx.ingress.kubernetes.io/ssl-redirect: "yes"
            spec:
              ingressClassName: nginx
              rules:
              - host: shop.example.com
                http:
                  paths:
                  - path: /
                    pathType: Wrong
                    backend: {service: {name: shop, port: {number: 80}}}
            """);

        var report = Lint(file);

        Assert.Equal(
            [
                $"Error {file}:13 Ingress web/shop metadata.annotations[nginx.ingress.kubernetes.io/configuration-snippet] AnnotationRefused",
                $"Warning {file}:15 Ingress web/shop metadata.annotations[nginx.ingress.kubernetes.io/ssl-redirect] AnnotationInvalid",
                $"Error {file}:23 Ingress web/shop spec.rules[0].http.paths[0].pathType InvalidPathType",
            ],
            Lines(report));
        Assert.False(report.IsClean);
        Assert.Equal(
            ["configuration-snippet refused 1", "rewrite-target implemented 1", "ssl-redirect implemented 1"], report.Annotations.Select(static use => $"{use.Name} {use.Status} {use.Ingresses}"));
        Assert.Equal((1, 0, 0), (report.Ingresses["nginx"], report.Ingresses["inlet"], report.Ingresses[""]));
    }

    [Fact]
    public void Items_of_lists_and_json_and_old_forms_have_places_too()
    {
        var list = Write("list.yaml", """
            apiVersion: v1
            kind: List
            items:
            - apiVersion: networking.k8s.io/v1
              kind: Ingress
              metadata: {name: a, annotations: {nginx.ingress.kubernetes.io/http2-push-preload: "true"}}
              spec: {rules: [{host: a.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]}
            """);
        var json = Write("b.json", """
            {
              "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
              "metadata": { "name": "b" },
              "spec": { "rules": [
                { "host": "not a host" }
              ] }
            }
            """);
        var old = Write("old.yaml", """
            apiVersion: extensions/v1beta1
            kind: Ingress
            metadata: {name: c}
            spec:
              rules:
              - host: c.com
                http:
                  paths:
                  - path: /
                    backend:
                      serviceName: c
                      servicePort: 0
            """);

        Assert.Equal(
            [
                $"Error {json}:5 Ingress default/b spec.rules[0].host InvalidHost",
                $"Error {list}:6 Ingress default/a metadata.annotations[nginx.ingress.kubernetes.io/http2-push-preload] AnnotationRefused",
                $"Error {old}:10 Ingress default/c spec.rules[0].http.paths[0].backend.service InvalidBackend",
            ],
            Lines(Lint(_directory.FullName)));
    }

    [Fact]
    public void Each_ingress_is_read_by_the_rules_of_its_class()
    {
        Write("a.yaml", Ingress("a", "a.com", "/dir/", "nginx"));
        Write("b.yaml", Ingress("b", "b.com", "/dir/", "inlet"));
        Write("c.yaml", Ingress("c", "c.com", "/dir/", "traefik"));
        Write("d.yaml", Ingress("d", "d.com", "/ok", null));

        var both = Lint(_directory.FullName);
        Assert.Equal((2, 1, 1), (both.Ingresses["nginx"], both.Ingresses["inlet"], both.Ingresses[""]));
        Assert.Equal(["a ClassesDiffer nginx", "b ClassesDiffer inlet"], both.Findings.Select(static finding => $"{finding.Object.Name} {finding.Code} {finding.Class}"));
        Assert.Contains("Exact /dir (redirects to /dir/)", both.Findings[0].Message, StringComparison.Ordinal);
        Assert.True(both.IsClean);

        var inlet = Linter.Run(ObjectInput.Read([_directory.FullName], TextReader.Null), IngressBehaviour.Inlet);
        Assert.Equal((2, 2), (inlet.Ingresses["inlet"], inlet.Ingresses[""]));
    }

    [Fact]
    public void Services_and_secrets_are_checked_when_there_are_any()
    {
        Write("a.yaml", Ingress("a", "a.com", "/", "nginx", "tls: [{hosts: [a.com], secretName: gone}]"));
        var alone = Lint(_directory.FullName);
        Assert.Empty(alone.Findings);
        Assert.Equal(3, alone.NotChecked.Count);

        Write("s.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: other}
            spec: {ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: other}
            """);
        Assert.Equal(["SecretNotFound", "ServiceNotFound"], Lint(_directory.FullName).Findings.Select(static finding => finding.Code).Order());
    }

    [Fact]
    public void What_cannot_be_read_is_named_and_the_rest_is_linted()
    {
        Write("a.yaml", Ingress("a", "a.com", "/", "nginx", annotations: "nginx.ingress.kubernetes.io/no-such: x"));
        Write("broken.yaml", "kind: [");

        var report = Lint(_directory.FullName, "/nowhere/at/all");

        Assert.Equal(["AnnotationUnknown"], report.Findings.Select(static finding => finding.Code));
        Assert.Equal(2, report.Problems.Count);
        Assert.Contains("broken.yaml:2", report.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Same_object_twice_is_a_finding()
    {
        var first = Write("a.yaml", Ingress("a", "a.com", "/", "nginx"));
        Write("b.yaml", Ingress("a", "b.com", "/", "nginx"));

        var finding = Assert.Single(Lint(_directory.FullName).Findings);
        Assert.Equal("DuplicateObject", finding.Code);
        Assert.Contains($"{first}:1:1", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Five_thousand_ingresses_are_linted_in_seconds()
    {
        var text = new StringBuilder();
        for (var index = 0; index < 5000; index++)
        {
            text.Append("---\n").Append(Ingress($"i{index}", $"h{index}.example.com", "/", "nginx", annotations: index % 2 == 0 ? "nginx.ingress.kubernetes.io/server-snippet: x" : "nginx.ingress.kubernetes.io/proxy-body-size: 8m")).Append('\n');
        }

        Write("all.yaml", text.ToString());
        var started = TimeProvider.System.GetTimestamp();

        var report = Lint(_directory.FullName);

        // Five seconds are promised; a busy machine may take longer.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        TestContext.Current.SendDiagnosticMessage(TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((5000, 2500), (report.Ingresses["nginx"], report.Findings.Count));
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_directory.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static LintReport Lint(params string[] paths) => Linter.Run(ObjectInput.Read(paths, TextReader.Null), only: null);

    private static string[] Lines(LintReport report) =>
        [.. report.Findings.Select(static finding => $"{finding.Level} {finding.File}:{finding.Line} {finding.Object} {finding.Field} {finding.Code}")];

    private static string Ingress(string name, string host, string path, string? ingressClass, string spec = "", string annotations = "") =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {{name}}
          annotations: { {{annotations}} }
        spec:
          {{(ingressClass is null ? "" : $"ingressClassName: {ingressClass}")}}
          rules:
          - host: {{host}}
            http:
              paths:
              - path: {{path}}
                pathType: Prefix
                backend: {service: {name: svc, port: {number: 80} } }
          {{spec}}
        """;
}
