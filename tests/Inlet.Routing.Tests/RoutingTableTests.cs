using System.Text;
using Inlet.Model;

namespace Inlet.Routing.Tests;

public sealed class RoutingTableTests
{
    private readonly BackendRegistry _backends = new();

    [Fact]
    public void Match_exact_host_before_wildcard_before_any()
    {
        var table = Compile(Host("www.app.com", Prefix("/", "exact")), Host("*.app.com", Prefix("/", "wild")), Host("", Prefix("/", "any")));

        Assert.Equal("exact", Service(table, "www.app.com", "/"));
        Assert.Equal("wild", Service(table, "api.app.com", "/"));
        Assert.Equal("any", Service(table, "a.b.app.com", "/"));
        Assert.Equal("any", Service(table, "app.com", "/"));
        Assert.Equal("any", Service(table, ".app.com", "/"));
        Assert.Equal("any", Service(table, "", "/"));
    }

    [Fact]
    public void Match_path_unknown_to_the_exact_host_does_not_fall_to_the_wildcard()
    {
        var table = Compile(Host("www.app.com", Prefix("/a", "exact")), Host("*.app.com", Prefix("/", "wild")));

        Assert.Null(Service(table, "www.app.com", "/b"));
    }

    [Fact]
    public void Match_host_with_only_a_certificate_does_not_hide_other_routes()
    {
        var table = Compile(new HostModel("www.app.com", [], [Certificate("www")]), Host("", Prefix("/", "any")));

        Assert.Equal("any", Service(table, "www.app.com", "/"));
    }

    [Theory]
    [InlineData("/foo", "prefix")]
    [InlineData("/foo/", "prefix")]
    [InlineData("/foo/x", "prefix")]
    [InlineData("/foobar", "root")]
    [InlineData("/fo", "root")]
    [InlineData("/foo/bar", "longer")]
    [InlineData("/foo/bar/baz", "longer")]
    [InlineData("/exact", "exact")]
    [InlineData("/exact/", "longest")]
    [InlineData("/exact/x", "longest")]
    [InlineData("/FOO", "root")]
    [InlineData("/", "root")]
    public void Match_path_by_element_exact_first_longest_first(string path, string expected)
    {
        var table = Compile(Host("a", Prefix("/", "root"), Prefix("/foo/", "prefix"), Prefix("/foo/bar", "longer"), Exact("/exact", "exact"), Prefix("/exact", "longest")));

        Assert.Equal(expected, Service(table, "a", path));
    }

    [Theory]
    [InlineData("/id/7", "id")]
    [InlineData("/ID/7", "id")]
    [InlineData("/id/7/more", "id")]
    [InlineData("/id/x", "root")]
    [InlineData("/x/id/7", "root")]
    [InlineData("/id/1", "one")]
    [InlineData("/id/longer/path/7", "longer")]
    [InlineData("/a/b", "any")]
    [InlineData("/a/bc", "three")]
    [InlineData("/b|c", "root")]
    public void Match_expression_between_exact_and_shorter_prefixes_longest_first(string path, string expected)
    {
        var table = Compile(Host("a",
            Prefix("/", "root"), Regex("/id/[0-9]+", "id"), Exact("/id/1", "one"), Regex("/id/.*/7", "shadowed"), Prefix("/id/longer/path", "longer"),
            Regex("/a/.*", "any"), Regex("/a/b[a-z]", "three"), Regex("/q|c", "alternatives")));

        Assert.Equal(expected, Service(table, "a", path));
    }

    [Fact]
    public void Match_expression_of_a_path_longer_than_the_stack_holds()
    {
        var table = Compile(Host("a", Regex("/(a+)$", "long")));

        Assert.Equal("long", Service(table, "a", "/" + new string('a', 5000)));
        Assert.Null(Service(table, "a", "/" + new string('a', 5000) + "b"));
    }

    [Theory]
    [InlineData("/api/x/y", "/v1/x/y")]
    [InlineData("/api", "/v1/")]
    public void Rewrite_fills_in_what_was_captured_and_nothing_for_what_was_not(string path, string expected)
    {
        var policy = new RewritePolicy([new("v1/"), new("", 2), new("", 9)]);
        var route = Regex("/api(/|$)(.*)", "app") with { Policies = new RoutePolicies { Rewrite = policy } };
        var rewrite = Compile(Host("a", route)).Match("a"u8, Encoding.ASCII.GetBytes(path))!.Rewrite!;
        var destination = new byte[64];

        Assert.Equal(expected, Encoding.ASCII.GetString(destination, 0, rewrite.Write(Encoding.ASCII.GetBytes(path), destination)));
        Assert.Equal(-1, rewrite.Write(Encoding.ASCII.GetBytes(path), destination.AsSpan(0, 3)));
    }

    [Theory]
    [InlineData("/caf%c3%a9", "/caf%C3%A9")]
    [InlineData("/café", "/caf%C3%A9")]
    [InlineData("/%7euser", "/~user")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/100%", "/100%")]
    public void Match_route_path_in_the_form_requests_have(string written, string requested)
    {
        var table = Compile(Host("a", Exact(written, "found")));

        Assert.Equal("found", Service(table, "a", requested));
    }

    [Fact]
    public void Match_nothing_goes_to_the_default_backend()
    {
        var model = new RouteModel([Host("a", Prefix("/x", "x"))], new Split(new BackendKey("ns", "fallback", "80"), []));
        var table = RoutingTable.Compile(model, null, _backends);

        Assert.Equal("fallback", Service(table, "a", "/y"));
        Assert.Equal("fallback", Service(table, "b", "/"));
        Assert.Null(Service(RoutingTable.Empty, "a", "/"));
    }

    [Fact]
    public void Host_has_certificate_of_its_own_or_of_the_wildcard_above_it()
    {
        var table = Compile(
            Host("www.app.com", Prefix("/", "www")),
            new HostModel("*.app.com", [Prefix("/", "wild")], [Certificate("wild")]),
            Host("other.com", Prefix("/", "other")),
            new HostModel("", [Prefix("/", "any")], [Certificate("any")]));

        Assert.True(HasCertificate(table, "www.app.com"));
        Assert.True(HasCertificate(table, "x.app.com"));
        Assert.False(HasCertificate(table, "other.com"));
        Assert.False(HasCertificate(table, "unknown"));
        Assert.True(table.Match("www.app.com"u8, "/"u8)!.HostHasCertificate);
        Assert.False(table.Match("other.com"u8, "/"u8)!.HostHasCertificate);
        Assert.False(table.Match("unknown"u8, "/"u8)!.HostHasCertificate);
    }

    [Fact]
    public void Compile_takes_over_hosts_that_did_not_change()
    {
        var kept = Host("kept", Prefix("/", "kept"));
        var before = Compile(kept, Host("changed", Prefix("/", "old")));
        var after = RoutingTable.Compile(
            new RouteModel([Host("new", Prefix("/", "new")), Host("changed", Prefix("/", "newer")), Host("kept", Prefix("/", "kept"))], null), before, _backends);

        Assert.Same(before.Match("kept"u8, "/"u8), after.Match("kept"u8, "/"u8));
        Assert.Equal("newer", Service(after, "changed", "/"));
        Assert.Equal("old", Service(before, "changed", "/"));
    }

    [Fact]
    public void Compile_a_certificate_on_the_wildcard_reaches_the_hosts_below_it()
    {
        var host = Host("www.app.com", Prefix("/", "www"));
        var before = Compile(host, Host("*.app.com", Prefix("/", "wild")));
        var after = RoutingTable.Compile(
            new RouteModel([host, new HostModel("*.app.com", [Prefix("/", "wild")], [Certificate("wild")])], null), before, _backends);

        Assert.False(before.Match("www.app.com"u8, "/"u8)!.HostHasCertificate);
        Assert.True(after.Match("www.app.com"u8, "/"u8)!.HostHasCertificate);
    }

    [Fact]
    public void Compile_canaries_in_order_with_their_conditions()
    {
        var split = new Split(new BackendKey("ns", "main", "80"),
        [
            new Canary(new BackendKey("ns", "kr", "80"), new CanaryHeader("Accept-Language", "kr"), null, 0, 100, Source),
            new Canary(new BackendKey("ns", "ten", "80"), null, "beta", 10, 200, Source),
        ]);
        var table = Compile(Host("a", new Route(new PathMatch(PathMatchKind.Prefix, "/"), split, TlsRedirectPolicy.Off, Source)));
        var compiled = table.Match("a"u8, "/"u8)!.Split;

        Assert.Equal("accept-language", Encoding.ASCII.GetString(compiled.Canaries[0].HeaderName!));
        Assert.Equal("kr", Encoding.ASCII.GetString(compiled.Canaries[0].HeaderValue!));
        Assert.Equal("beta", Encoding.ASCII.GetString(compiled.Canaries[1].CookieName!));
        Assert.Equal((10, 200), (compiled.Canaries[1].Weight, compiled.Canaries[1].WeightTotal));
        Assert.True(compiled is { AnyHeader: true, AnyCookie: true, AnyWeight: true });
        Assert.Equal("ten", _backends[compiled.Canaries[1].Backend].Service);
    }

    [Fact]
    public void Compile_same_host_twice_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Compile(Host("a", Prefix("/", "one")), Host("a", Prefix("/", "two"))));
    }

    [Fact]
    public void Match_allocates_nothing()
    {
        var hosts = Enumerable.Range(0, 1000).Select(n => Host($"h{n}.app.com", Prefix("/", "root"), Prefix("/api/v1", "api"), Exact("/x", "x"))).ToArray();
        var table = Compile(hosts);
        var host = "h500.app.com"u8.ToArray();
        var path = "/api/v1/things"u8.ToArray();
        Assert.NotNull(table.Match(host, path));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
        {
            table.Match(host, path);
            table.HostHasCertificate(host);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly ObjectReference Source = new("Ingress", "ns", "source");

    private RoutingTable Compile(params HostModel[] hosts) => RoutingTable.Compile(new RouteModel(hosts.ToEquatableArray(), null), null, _backends);

    private static HostModel Host(string name, params Route[] routes) => new(name, routes.ToEquatableArray(), []);

    private static Route Prefix(string path, string service) => Route(PathMatchKind.Prefix, path, service);

    private static Route Exact(string path, string service) => Route(PathMatchKind.Exact, path, service);

    private static Route Regex(string path, string service) => Route(PathMatchKind.Regex, path, service);

    private static Route Route(PathMatchKind kind, string path, string service) =>
        new(new PathMatch(kind, path), new Split(new BackendKey("ns", service, "80"), []), TlsRedirectPolicy.Off, Source);

    private static CertificateMaterial Certificate(string name) => new(new ObjectReference("Secret", "ns", name), "chain", "key");

    private static string? Service(RoutingTable table, string host, string path) =>
        table.Match(Encoding.UTF8.GetBytes(host), Encoding.UTF8.GetBytes(path))?.Route.Split.Primary?.Service;

    private static bool HasCertificate(RoutingTable table, string host) => table.HostHasCertificate(Encoding.UTF8.GetBytes(host));
}
