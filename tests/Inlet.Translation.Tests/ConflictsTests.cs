namespace Inlet.Translation.Tests;

public sealed class ConflictsTests
{
    private const string Old = "2026-01-01T00:00:00Z";
    private const string Young = "2026-02-02T00:00:00Z";

    [Fact]
    public void Oldest_ingress_wins_a_path_and_the_loser_is_told_who()
    {
        var result = Given.Translate(
            Given.Ingress("young", "a.com", "/x/", "two", created: Young), Given.Ingress("old", "a.com", "/x", "one", created: Old));

        Assert.Equal(["a.com Prefix /x → one:80"], result.Model.Lines());
        Assert.Equal(["young Conflict PathConflict spec.rules[0].http.paths[0]"], result.Verdicts.Lines());
        Assert.Contains("Ingress default/old", result.Verdicts[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_path_of_another_kind_is_no_conflict()
    {
        var result = Given.Translate(Given.Ingress("a", "a.com", "/x", "one", "Exact"), Given.Ingress("b", "a.com", "/x", "two"));

        Assert.Equal(["a.com Exact /x → one:80", "a.com Prefix /x → two:80"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Loser_takes_over_when_the_winner_goes()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("old", "a.com", "/", "one", created: Old), Given.Ingress("young", "a.com", "/", "two", created: Young));
        Assert.Equal(["a.com Prefix / → one:80"], translator.Translate().Model.Lines());

        translator.RemoveIngress(new Kubernetes.ObjectKey("default", "old"));
        Assert.Equal(["a.com Prefix / → two:80"], translator.Translate().Model.Lines());
        Assert.Empty(translator.Translate().Verdicts);
    }

    [Fact]
    public void Any_number_of_canaries_joins_the_route_with_the_same_host_and_path_oldest_first()
    {
        var result = Given.Translate(
            Given.Ingress("kr", "www.app.com", "/", "svc-v2", created: Young, annotations: ["canary=true", "canary-by-header=Accept-Language", "canary-by-header-value=kr"]),
            Given.Ingress("ten", "www.app.com", "/", "svc-v2", created: Old, annotations: ["canary=true", "canary-weight=10"]),
            Given.Ingress("app", "www.app.com", "/", "svc-v1", created: "2026-03-03T00:00:00Z"),
            Given.Ingress("elsewhere", "other.com", "/", "svc-v1"));

        Assert.Equal(
            ["other.com Prefix / → svc-v1:80", "www.app.com Prefix / → svc-v1:80 +svc-v2:80 10/100 +svc-v2:80 Accept-Language=kr 0/100"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Theory]
    [InlineData("b.com", "/", "Prefix", "svc-v2", VerdictCodes.CanaryWithoutMain)]
    [InlineData("a.com", "/x", "Prefix", "svc-v2", VerdictCodes.CanaryWithoutMain)]
    [InlineData("a.com", "/", "Exact", "svc-v2", VerdictCodes.CanaryWithoutMain)]
    [InlineData("a.com", "/", "Prefix", "svc-v1", VerdictCodes.CanarySameBackend)]
    public void Canary_that_cannot_join_serves_nothing_and_is_reported(string host, string path, string pathType, string service, string code)
    {
        var result = Given.Translate(
            Given.Ingress("main", "a.com", "/", "svc-v1"), Given.Ingress("canary", host, path, service, pathType, annotations: ["canary=true", "canary-weight=10"]));

        Assert.Equal(["a.com Prefix / → svc-v1:80"], result.Model.Lines());
        Assert.Equal([$"canary Refused {code} spec.rules[0].http.paths[0]"], result.Verdicts.Lines());
    }

    [Fact]
    public void Secret_of_a_host_is_served_and_a_second_ingress_may_name_the_same()
    {
        var result = Given.Translate(
            Given.Secret("cert"),
            Given.Ingress("a", "a.com", "/", "svc", spec: Tls("a.com", "cert")), Given.Ingress("b", "a.com", "/b", "svc", spec: Tls("a.com", "cert")));

        Assert.Equal(["a.com TLS(cert)", "a.com Prefix / → svc:80", "a.com Prefix /b → svc:80"], result.Model.Lines());
        Assert.Empty(result.Verdicts);
    }

    [Fact]
    public void Oldest_ingress_wins_the_certificate_but_a_broken_one_does_not_stand_in_the_way()
    {
        string[] ingresses =
        [
            Given.Ingress("old", "a.com", "/", "svc", created: Old, spec: Tls("a.com", "first")), Given.Ingress("young", "a.com", "/y", "svc", created: Young, spec: Tls("a.com", "second")),
        ];
        var both = Given.Translate([Given.Secret("first"), Given.Secret("second"), .. ingresses]);
        Assert.Equal("a.com TLS(first)", both.Model.Lines()[0]);
        Assert.Equal(["young Conflict TlsConflict spec.tls[0]"], both.Verdicts.Lines());

        var broken = Given.Translate([Given.Secret("second"), .. ingresses]);
        Assert.Equal("a.com TLS(second)", broken.Model.Lines()[0]);
        Assert.Equal(["old Refused SecretNotFound spec.tls[0].secretName"], broken.Verdicts.Lines());
    }

    [Theory]
    [InlineData("kubernetes.io/tls", "no pem", "-----BEGIN")]
    [InlineData("kubernetes.io/tls", "-----BEGIN", "no pem")]
    public void Wrong_secret_is_reported_and_the_host_still_served(string type, string certificate, string key)
    {
        var result = Given.Translate(Given.Secret("cert", type, certificate, key), Given.Ingress("a", "a.com", "/", "svc", spec: Tls("a.com", "cert")));

        Assert.Equal(["a.com Prefix / → svc:80"], result.Model.Lines());
        Assert.Equal(["a Refused SecretInvalid spec.tls[0].secretName"], result.Verdicts.Lines());
    }

    [Fact]
    public void Secret_that_comes_changes_or_goes_changes_the_certificate()
    {
        var translator = new Translator(new TranslationOptions());
        Given.Put(translator, Given.Class, Given.Ingress("a", "a.com", "/", "svc", spec: Tls("a.com", "cert")));
        Assert.Empty(translator.Translate().Model.Hosts[0].Certificates);

        Given.Put(translator, Given.Secret("cert"));
        Assert.Single(translator.Translate().Model.Hosts[0].Certificates);
        Assert.Empty(translator.Translate().Verdicts);

        Given.Put(translator, Given.Secret("cert", certificate: "-----BEGIN OTHER-----"));
        Assert.Equal("-----BEGIN OTHER-----", translator.Translate().Model.Hosts[0].Certificates[0].ChainPem);

        translator.RemoveSecret(new Kubernetes.ObjectKey("default", "cert"));
        Assert.Empty(translator.Translate().Model.Hosts[0].Certificates);
    }

    [Fact]
    public void Tls_entry_without_hosts_means_all_named_hosts_and_one_without_secret_the_default_certificate()
    {
        var result = Given.Translate(
            Given.Secret("cert"), Given.Ingress("a", "a.com", "/", "svc", spec: "tls: [{secretName: cert}]"), Given.Ingress("b", "b.com", "/", "svc", spec: "tls: [{hosts: [b.com]}]"));

        Assert.Equal(["a.com TLS(cert)", "a.com Prefix / → svc:80", "b.com Prefix / → svc:80"], result.Model.Lines());
        Assert.Equal(["b Defaulted TlsWithoutSecret spec.tls[0].secretName"], result.Verdicts.Lines());
    }

    [Fact]
    public void Tls_of_a_canary_is_reported_unless_it_says_the_same()
    {
        var result = Given.Translate(
            Given.Secret("cert"), Given.Secret("other"),
            Given.Ingress("main", "a.com", "/", "one", spec: Tls("a.com", "cert")),
            Given.Ingress("same", "a.com", "/", "two", spec: Tls("a.com", "cert"), annotations: ["canary=true", "canary-weight=1"]),
            Given.Ingress("differs", "a.com", "/", "two", spec: Tls("a.com", "other"), annotations: ["canary=true", "canary-weight=1"]));

        Assert.Equal("a.com TLS(cert)", result.Model.Lines()[0]);
        Assert.Equal(["differs Refused TlsIgnoredOnCanary spec.tls[0]"], result.Verdicts.Lines());
    }

    private static string Tls(string host, string secret) => $"tls: [{{hosts: [{host}], secretName: {secret}}}]";
}
