using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class RoutesTests
{
    [Theory]
    [InlineData("Exact", "Exact")]
    [InlineData("Prefix", "Prefix")]
    [InlineData("ImplementationSpecific", "Prefix")]
    [InlineData("", "Prefix")]
    public void Path_type_decides_how_a_path_is_compared(string pathType, string kind)
    {
        var result = Given.Translate(Given.Ingress("a", "www.App.com", "/x", "svc", pathType));

        Assert.Equal([$"www.app.com {kind} /x → svc:80"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Wildcard_host_empty_host_and_named_port_are_kept()
    {
        var result = Given.Translate("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: a}
            spec:
              ingressClassName: inlet
              rules:
              - host: "*.app.com"
                http: {paths: [{pathType: Prefix, backend: {service: {name: one, port: {name: web}}}}]}
              - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: two, port: {number: 8080}}}}]}
            """);

        Assert.Equal(["any Prefix / → two:8080", "*.app.com Prefix / → one:web"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Default_backend_of_an_ingress_with_rules_takes_what_its_hosts_do_not()
    {
        var result = Given.Translate(
            Given.Ingress("a", "a.com", "/x", "x", spec: "defaultBackend: {service: {name: rest, port: {number: 80} } }"),
            Given.Ingress("b", "b.com", "/", "root", spec: "defaultBackend: {service: {name: rest, port: {number: 80} } }"));

        Assert.Equal(["a.com Prefix /x → x:80", "a.com Prefix / → rest:80", "b.com Prefix / → root:80"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Default_backend_of_an_ingress_without_rules_takes_everything_else_and_the_oldest_wins()
    {
        var result = Given.Translate(CatchAll("young", "2026-02-02T00:00:00Z", "two"), CatchAll("old", "2026-01-01T00:00:00Z", "one"), CatchAll("canary", "2026-03-03T00:00:00Z", "three", "nginx.ingress.kubernetes.io/canary: \"true\", nginx.ingress.kubernetes.io/canary-weight: \"5\""));

        Assert.Equal(["default → one:80 +three:80 5/100"], result.Model.Lines());
        Assert.Equal(["young Conflict DefaultBackendConflict spec.defaultBackend"], result.Verdicts.Lines());
        Assert.Contains("Ingress default/old", result.Verdicts[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_without_paths_is_reported()
    {
        var result = Given.Translate("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: a}
            spec: {ingressClassName: inlet, rules: [{host: a.com}]}
            """);

        Assert.Empty(result.Model.Hosts);
        Assert.Equal(["a Refused RuleWithoutPaths spec.rules[0].http"], result.Verdicts.Lines());
    }

    [Fact]
    public void Ingress_with_nothing_in_it_is_reported()
    {
        var result = Given.Translate("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {ingressClassName: inlet} }");

        Assert.Equal(["a Refused NothingToServe spec"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("no-slash", VerdictCodes.InvalidPath)]
    [InlineData("/a//b", VerdictCodes.InvalidPath)]
    [InlineData("/a/../b", VerdictCodes.InvalidPath)]
    [InlineData("/a/.", VerdictCodes.InvalidPath)]
    [InlineData("/a?b=c", VerdictCodes.InvalidPath)]
    public void Path_that_no_request_has_is_refused_and_the_others_stand(string path, string code)
    {
        var result = Given.Translate(Given.Ingress("bad", "a.com", path, "svc"), Given.Ingress("good", "a.com", "/ok", "svc"));

        Assert.Equal(["a.com Prefix /ok → svc:80"], result.Model.Lines());
        Assert.Equal([$"bad Refused {code} spec.rules[0].http.paths[0].path"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("a_b.com")]
    [InlineData("*")]
    [InlineData("a.*.com")]
    [InlineData("*.*.com")]
    [InlineData("-a.com")]
    [InlineData("a.com.")]
    [InlineData("a b")]
    [InlineData("a.com:80")]
    public void Host_that_is_no_name_is_refused(string host)
    {
        var result = Given.Translate(Given.Ingress("bad", host, "/", "svc"));

        Assert.Empty(result.Model.Hosts);
        Assert.Equal(["bad Refused InvalidHost spec.rules[0].host"], result.Verdicts.Lines());
    }

    [Theory]
    [InlineData("{service: {name: svc}}", VerdictCodes.InvalidBackend, ".service")]
    [InlineData("{service: {port: {number: 80}}}", VerdictCodes.InvalidBackend, ".service")]
    [InlineData("{service: {name: svc, port: {number: 70000}}}", VerdictCodes.InvalidBackend, ".service")]
    [InlineData("{service: {name: svc, port: {number: 80, name: web}}}", VerdictCodes.InvalidBackend, ".service")]
    [InlineData("{}", VerdictCodes.InvalidBackend, "")]
    [InlineData("{resource: {kind: Bucket, name: b}}", VerdictCodes.ResourceBackendNotSupported, ".resource")]
    public void Backend_that_cannot_be_reached_is_refused(string backend, string code, string field)
    {
        var result = Given.Translate($$"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: a}
            spec:
              ingressClassName: inlet
              rules:
              - host: a.com
                http:
                  paths:
                  - path: /bad
                    backend: {{backend}}
                  - path: /good
                    backend: {service: {name: svc, port: {number: 80} } }
            """);

        Assert.Equal(["a.com Prefix /good → svc:80"], result.Model.Lines());
        Assert.Equal([$"a Refused {code} spec.rules[0].http.paths[0].backend{field}"], result.Verdicts.Lines());
    }

    [Fact]
    public void Nulls_where_objects_belong_do_no_harm()
    {
        var result = Given.Translate("""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: {name: a}
            spec:
              ingressClassName: inlet
              tls: [null, {hosts: [null], secretName: x}]
              rules: [null, {host: a.com, http: {paths: [null]}}, {host: b.com, http: {paths: [{path: /, backend: null}]}}]
            """);

        Assert.Empty(result.Model.Hosts);
        Assert.DoesNotContain(result.Verdicts.Lines(), line => line.Contains("TranslationFailed", StringComparison.Ordinal));
    }

    [Fact]
    public void Unreadable_ingress_says_so_and_replaces_what_it_was()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc"), Given.Ingress("b", "b.com", "/", "svc"));
        translator.PutUnreadable(new ObjectReference("Ingress", "default", "a"), "$.spec.rules is a string");

        Assert.Equal(["b.com Prefix / → svc:80"], translator.Translate().Model.Lines());
        Assert.Equal(["a Refused ObjectUnreadable"], translator.Translate().Verdicts.Lines());

        Given.Put(translator, Given.Ingress("a", "a.com", "/", "svc"));
        Assert.Empty(translator.Translate().Verdicts);
        translator.RemoveIngress(new ObjectKey("default", "a"));
        Assert.Equal(["b.com Prefix / → svc:80"], translator.Translate().Model.Lines());
    }

    [Fact]
    public void Model_keeps_its_reference_while_nothing_in_it_changed()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc"), Given.Ingress("b", "b.com", "/", "svc"));
        var before = translator.Translate().Model;

        Given.Put(translator, Given.Ingress("a", "a.com", "/", "svc"), Given.Secret("unrelated"));
        Assert.Same(before, translator.Translate().Model);

        Given.Put(translator, Given.Ingress("a", "a.com", "/", "other"));
        var after = translator.Translate().Model;
        Assert.NotSame(before, after);
        Assert.Same(before.Hosts[1], after.Hosts[1]);
    }

    private static string CatchAll(string name, string created, string service, string annotations = "") =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: {{name}}, creationTimestamp: "{{created}}", annotations: {{{annotations}} } }
        spec:
          ingressClassName: inlet
          defaultBackend: {service: {name: {{service}}, port: {number: 80} } }
        """;
}
