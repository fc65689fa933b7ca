using System.Text;
using CsCheck;
using Inlet.Model;

namespace Inlet.Routing.Tests;

public sealed class RoutingPropertyTests
{
    private static readonly string[] HostNames = ["", "a.com", "b.a.com", "*.a.com", "*.b.a.com", "c.b.a.com", "*.com"];
    private static readonly string[] RequestHosts = ["", "a.com", "b.a.com", "c.a.com", "c.b.a.com", "d.b.a.com", "com", "x.com", "x.y.z", ".a.com", "*.a.com"];
    private static readonly string[] Segments = ["x", "y", "xy", "z"];

    private static readonly Gen<string> GenPath =
        from segments in OneOf(Segments).Array[0, 3]
        from slash in Gen.Bool
        select segments.Length == 0 ? "/" : "/" + string.Join('/', segments) + (slash ? "/" : "");

    private static readonly Gen<Split> GenSplit =
        from service in Gen.Int[0, 5]
        from canary in Gen.Bool
        select new Split(Backend(service), canary ? [new Canary(Backend(service + 10), null, null, 10, 100, Source(service))] : []);

    private static readonly Gen<Route> GenRoute =
        from path in GenPath
        from exact in Gen.Bool
        from split in GenSplit
        from redirect in Gen.Enum<TlsRedirectPolicy>()
        select new Route(new PathMatch(exact ? PathMatchKind.Exact : PathMatchKind.Prefix, path), split, redirect, Source(0));

    private static readonly Gen<HostModel> GenHost =
        from name in OneOf(HostNames)
        from routes in GenRoute.Array[0, 5]
        from certificate in Gen.Bool
        select new HostModel(name, Distinct(routes), certificate ? [new CertificateMaterial(Source(9), "chain", "key")] : []);

    private static readonly Gen<RouteModel> GenModel =
        from hosts in GenHost.Array[0, 8]
        from fallback in Gen.Bool
        select new RouteModel(hosts.DistinctBy(host => host.Host).ToEquatableArray(), fallback ? new Split(Backend(99), []) : null);

    /// <summary>An edit: put a host (new or in the place of its namesake), remove one, or change the default backend.</summary>
    private static readonly Gen<Func<RouteModel, RouteModel>> GenEdit = Gen.OneOf(
        GenHost.Select(host => (Func<RouteModel, RouteModel>)(model => model with { Hosts = Put(model.Hosts, host) })),
        OneOf(HostNames).Select(name => (Func<RouteModel, RouteModel>)(model =>
            model with { Hosts = model.Hosts.Where(host => host.Host != name).ToEquatableArray() })),
        GenSplit.Select(split => (Func<RouteModel, RouteModel>)(model => model with { DefaultBackend = model.DefaultBackend is null ? split : null })));

    [Fact]
    public void Match_equals_the_naive_matcher()
    {
        Gen.Select(GenModel, GenPath.Array[1, 10]).Sample((model, paths) =>
        {
            var table = RoutingTable.Compile(model, null, new BackendRegistry());
            foreach (var host in RequestHosts)
            {
                foreach (var path in paths)
                {
                    Assert.Equal(NaiveMatcher.Match(model, host, path), Match(table, host, path)?.Route);
                }
            }
        });
    }

    [Fact]
    public void Compile_step_by_step_equals_compile_from_scratch()
    {
        Gen.Select(GenModel, GenEdit.Array[1, 12], GenPath.Array[1, 6]).Sample((model, edits, paths) =>
        {
            var backends = new BackendRegistry();
            var table = RoutingTable.Compile(model, null, backends);
            foreach (var edit in edits)
            {
                model = edit(model);
                table = RoutingTable.Compile(model, table, backends);
                var scratch = RoutingTable.Compile(model, null, backends);
                foreach (var host in RequestHosts)
                {
                    Assert.Equal(scratch.HostHasCertificate(Encoding.UTF8.GetBytes(host)), table.HostHasCertificate(Encoding.UTF8.GetBytes(host)));
                    foreach (var path in paths)
                    {
                        AssertSame(Match(scratch, host, path), Match(table, host, path));
                    }
                }
            }
        });
    }

    [Fact]
    public void Backend_ids_are_dense_and_stable()
    {
        Gen.Int[0, 20].Array[0, 60].Sample(services =>
        {
            var backends = new BackendRegistry();
            var ids = services.Select(service => backends.Intern(Backend(service))).ToArray();
            Assert.Equal(services.Distinct().Count(), backends.Count);
            for (var index = 0; index < services.Length; index++)
            {
                Assert.Equal(Backend(services[index]), backends[ids[index]]);
                Assert.Equal(ids[index], backends.Intern(Backend(services[index])));
                Assert.InRange(ids[index], 0, backends.Count - 1);
            }
        });
    }

    private static Gen<string> OneOf(string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static void AssertSame(CompiledRoute? expected, CompiledRoute? actual)
    {
        Assert.Equal(expected?.Route, actual?.Route);
        Assert.Equal(expected?.Host, actual?.Host);
        Assert.Equal(expected?.HostHasCertificate, actual?.HostHasCertificate);
        Assert.Equal(expected?.Split.PrimaryBackend, actual?.Split.PrimaryBackend);
        Assert.Equal(expected?.Split.Canaries.Select(canary => canary.Backend), actual?.Split.Canaries.Select(canary => canary.Backend));
    }

    private static EquatableArray<HostModel> Put(EquatableArray<HostModel> hosts, HostModel put) =>
        hosts.Any(host => host.Host == put.Host)
            ? hosts.Select(host => host.Host == put.Host ? put : host).ToEquatableArray()
            : hosts.Append(put).ToEquatableArray();

    private static EquatableArray<Route> Distinct(Route[] routes) =>
        routes.DistinctBy(route => (route.Path.Kind, route.Path.Kind == PathMatchKind.Prefix ? route.Path.Path.TrimEnd('/') : route.Path.Path)).ToEquatableArray();

    private static BackendKey Backend(int number) => new("ns", $"svc-{number}", "80");

    private static ObjectReference Source(int number) => new("Ingress", "ns", $"source-{number}");

    private static CompiledRoute? Match(RoutingTable table, string host, string path) =>
        table.Match(Encoding.UTF8.GetBytes(host), Encoding.UTF8.GetBytes(path));
}
