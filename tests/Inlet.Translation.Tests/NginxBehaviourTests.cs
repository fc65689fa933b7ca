using Inlet.Model;

namespace Inlet.Translation.Tests;

/// <summary>Where ingress-nginx reads an Ingress in its own way.</summary>
public sealed class NginxBehaviourTests
{
    private const string Old = "2026-01-01T00:00:00Z";
    private const string Young = "2026-02-02T00:00:00Z";
    private static readonly TranslationOptions Options = TranslationOptions.IngressNginx with { ClassObjectOptional = true };

    [Fact]
    public void One_regular_expression_makes_every_path_of_the_host_one()
    {
        var result = Translate(
            Ingress("a", "a.com", "/foo", "one", "Exact", created: Old),
            Ingress("b", "a.com", "/id/[0-9]+", "two", "ImplementationSpecific", created: Young, annotations: ["use-regex=true"]),
            Ingress("c", "b.com", "/foo", "three", "Exact"));

        Assert.Equal(
            ["a.com Regex /foo → one:80", "a.com Regex /id/[0-9]+ → two:80", "a.com Regex / → 404", "b.com Exact /foo → three:80", "b.com Prefix / → 404"], Lines(result));
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Rewriting_a_path_to_itself_makes_no_regular_expressions()
    {
        var result = Translate(Ingress("a", "a.com", "/foo", "one", annotations: ["rewrite-target=/foo"]));

        // The root that nobody wrote is another path than /foo, and is rewritten.
        Assert.Equal(["a.com Regex /foo → one:80", "a.com Regex / → 404"], Lines(result));
        Assert.Equal(["a.com Prefix / → one:80"], Lines(Translate(Ingress("a", "a.com", "/", "one", annotations: ["rewrite-target=/"]))));
    }

    [Fact]
    public void Expression_that_needs_backtracking_is_refused_and_the_other_paths_are_served()
    {
        var result = Translate(
            Ingress("a", "a.com", "/foo(?!bar)", "one", "ImplementationSpecific", annotations: ["use-regex=true"]), Ingress("b", "a.com", "/b", "two"));

        Assert.Equal(["a.com Regex /b → two:80", "a.com Regex / → 404"], Lines(result));
        Assert.Equal(["a Refused InvalidPath spec.rules[0].http.paths[0].path"], result.Verdicts.Lines());
    }

    [Fact]
    public void Root_nobody_wrote_has_the_annotations_of_the_oldest_ingress()
    {
        var result = Translate(
            Ingress("young", "a.com", "/y", "one", created: Young, annotations: ["allowlist-source-range=192.0.2.0/24"]),
            Ingress("old", "a.com", "/o", "one", created: Old, annotations: ["allowlist-source-range=10.0.0.0/8"]));

        var root = Assert.Single(result.Model.Hosts[0].Routes, static route => route.Path.Path == "/");
        Assert.True(root.Split.NotFound);
        Assert.Equal("10.0.0.0/8", root.Policies.Access!.Allow[0].ToString());
        Assert.Equal(new ObjectReference("Ingress", "default", "old", ""), root.Source);
    }

    [Fact]
    public void Root_nobody_wrote_leads_to_the_oldest_ingress_default_backend_or_the_global_one()
    {
        const string Default = "defaultBackend: {service: {name: fallback, port: {number: 80}}}";
        Assert.Equal(["a.com Prefix /x → one:80", "a.com Prefix / → fallback:80"], Lines(Translate(Ingress("a", "a.com", "/x", "one", spec: Default))));

        var global = Given.Translate(Options with { DefaultBackend = new BackendKey("kube-system", "errors", "80") }, Ingress("a", "a.com", "/x", "one"));
        Assert.Equal(["a.com Prefix /x → one:80", "a.com Prefix / → errors:80", "default → errors:80"], global.Model.Lines());
    }

    [Fact]
    public void Slash_at_the_end_of_a_prefix_counts()
    {
        var result = Translate(Ingress("a", "a.com", "/dir/", "one"));
        Assert.Equal(["a.com Prefix /dir/ → one:80", "a.com Exact /dir → one:80", "a.com Prefix / → 404"], Lines(result));
        Assert.Equal(new RedirectPolicy(301, "/dir/") { KeepQuery = true }, result.Model.Hosts[0].Routes[1].Policies.Redirect);

        Assert.Equal(
            ["a.com Prefix /dir/ → one:80", "a.com Exact /dir → two:80", "a.com Prefix / → 404"],
            Lines(Translate(Ingress("a", "a.com", "/dir/", "one", created: Old), Ingress("b", "a.com", "/dir", "two", created: Young))));
    }

    [Fact]
    public void Tls_section_redirects_for_all_hosts_of_its_ingress_certificate_or_none()
    {
        var result = Translate(Ingress("a", "a.com", "/", "one", spec: "tls: [{hosts: [b.com], secretName: none}]"));

        Assert.Equal(TlsRedirectPolicy.Always, result.Model.Hosts.First(static host => host.Host == "a.com").Routes[0].TlsRedirect);
        Assert.Equal(TlsRedirectPolicy.WhenHostHasCertificate, Translate(Ingress("a", "a.com", "/", "one")).Model.Hosts[0].Routes[0].TlsRedirect);
        Assert.Equal(TlsRedirectPolicy.Off, Translate(
            Ingress("a", "a.com", "/.well-known/acme-challenge/x", "one", spec: "tls: [{hosts: [a.com]}]", annotations: ["force-ssl-redirect=true"])).Model.Hosts[0].Routes[0].TlsRedirect);
    }

    [Fact]
    public void Of_twins_the_greater_name_is_the_older()
    {
        var result = Translate(Ingress("a", "a.com", "/", "one"), Ingress("b", "a.com", "/", "two"));

        Assert.Equal(["a.com Prefix / → two:80"], Lines(result));
        Assert.Equal(["a Conflict PathConflict spec.rules[0].http.paths[0]"], result.Verdicts.Lines());
    }

    [Fact]
    public void Canary_takes_its_own_paths_and_no_root()
    {
        var result = Translate(
            Ingress("main", "a.com", "/v1", "one", created: Old), Ingress("canary", "a.com", "/v1", "two", created: Young, annotations: ["canary=true", "canary-weight=10"]));

        Assert.Equal(["a.com Prefix /v1 → one:80 +two:80 10/100", "a.com Prefix / → 404"], Lines(result));
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Invalid_update_leaves_the_version_before_in_force_and_a_new_ingress_unserved()
    {
        var translator = new Translator(Options);
        Given.Put(translator, Ingress("a", "a.com", "/", "one"), Ingress("new", "new.com", "/", "one", annotations: ["permanent-redirect=ht tp://"]));
        var result = translator.Translate();
        Assert.Equal(["a.com Prefix / → one:80"], Lines(result));
        Assert.Equal(["new Refused VersionNotServed", $"new Refused AnnotationInvalid {Given.Field("permanent-redirect")}"], result.Verdicts.Lines());

        Given.Put(translator, Ingress("a", "a.com", "/", "two", annotations: ["load-balance=fastest"]));
        result = translator.Translate();
        Assert.Equal(["a.com Prefix / → one:80"], Lines(result));
        Assert.Contains(result.Verdicts, static verdict => verdict.Object.Name == "a" && verdict.Code == VerdictCodes.VersionNotServed);

        Given.Put(translator, Ingress("a", "a.com", "/", "two", annotations: ["load-balance=fastest", "canary-weight=1"]));
        Assert.Equal(["a.com Prefix / → one:80"], Lines(translator.Translate()));

        Given.Put(translator, Ingress("a", "a.com", "/", "two"));
        Assert.Equal(["a.com Prefix / → two:80"], Lines(translator.Translate()));
    }

    [Fact]
    public void Older_ingress_with_a_missing_secret_keeps_the_younger_ones_certificate_out()
    {
        const string Tls = "tls: [{hosts: [a.com], secretName: ";
        var result = Translate(
            Given.Secret("good"), Ingress("old", "a.com", "/", "one", created: Old, spec: $"{Tls}missing}}]"), Ingress("young", "a.com", "/y", "one", created: Young, spec: $"{Tls}good}}]"));

        Assert.True(result.Model.Hosts[0].Certificates.IsEmpty);
        Assert.Contains(result.Verdicts, static verdict => verdict.Object.Name == "young" && verdict.Code == VerdictCodes.TlsConflict);
    }

    [Theory]
    [InlineData("k8s.io/ingress-nginx", "custom", false, true)]
    [InlineData("inlet.dev/ingress-controller", "custom", false, false)]
    [InlineData("somebody.else/controller", "nginx", false, false)]
    [InlineData("somebody.else/controller", "nginx", true, true)]
    public void Class_is_taken_by_its_controller_or_if_asked_by_its_name(string controller, string name, bool byName, bool ours)
    {
        var ingressClass = $$"""
            apiVersion: networking.k8s.io/v1
            kind: IngressClass
            metadata: {name: {{name}}}
            spec: {controller: {{controller}}}
            """;
        var ingress = Given.Ingress("a", "a.com", "/", "one").Replace("ingressClassName: inlet", $"ingressClassName: {name}", StringComparison.Ordinal);

        Assert.Equal(ours, Given.Translate(TranslationOptions.IngressNginx with { ClassByName = byName }, ingressClass, ingress).Ours.Count == 1);
    }

    [Fact]
    public void Ingresses_with_a_default_backend_are_left_alone_if_asked()
    {
        var options = Options with { DisableCatchAll = true };

        Assert.Empty(Given.Translate(options, Ingress("a", "a.com", "/", "one", spec: "defaultBackend: {service: {name: fallback, port: {number: 80}}}")).Ours);
        Assert.Single(Given.Translate(options, Ingress("a", "a.com", "/", "one")).Ours);
    }

    private static TranslationResult Translate(params string[] documents) => Given.Translate(Options, documents);

    private static string[] Lines(TranslationResult result) => result.Model.Lines();

    private static string Ingress(
        string name, string host, string path, string service, string pathType = "Prefix", string spec = "", string created = Old, params string[] annotations) =>
        Given.Ingress(name, host, path, service, pathType, spec, created, annotations).Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal);
}
