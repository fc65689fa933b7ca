using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation.Tests;

public sealed class EndpointResolverTests
{
    private static readonly BackendKey Web = new("default", "svc", "80");

    [Theory]
    [InlineData("80")]
    [InlineData("http")]
    public void Port_is_found_by_number_and_by_name(string port)
    {
        var resolver = Resolver(Service("[{name: http, port: 80, targetPort: web}, {name: admin, port: 81}]"), Slice("s", "[{name: admin, port: 9}, {name: http, port: 8080}]", "10.0.0.1"));

        Assert.Equal(["10.0.0.1:8080"], Endpoints(resolver, new BackendKey("default", "svc", port)));
    }

    [Fact]
    public void Unnamed_port_matches_a_slice_port_without_name()
    {
        var resolver = Resolver(Service("[{port: 80, targetPort: 8080}]"), Slice("s", "[{name: \"\", port: 8080}]", "10.0.0.1", "10.0.0.2"));

        Assert.Equal(["10.0.0.1:8080", "10.0.0.2:8080"], Endpoints(resolver, Web));
    }

    [Theory]
    [InlineData("[{port: 80, targetPort: 8080}]", "10.0.0.1:8080")]
    [InlineData("[{port: 80}]", "10.0.0.1:80")]
    public void Slice_without_ports_takes_the_numeric_target_port(string ports, string expected)
    {
        Assert.Equal([expected], Endpoints(Resolver(Service(ports), Slice("s", "[]", "10.0.0.1")), Web));
    }

    [Fact]
    public void Only_ready_endpoints_count_and_unknown_is_ready()
    {
        var resolver = Resolver(Service("[{port: 80}]"), """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s, labels: {kubernetes.io/service-name: svc}}
            addressType: IPv4
            ports: [{port: 8080}]
            endpoints:
            - {addresses: [10.0.0.1], conditions: {ready: true}}
            - {addresses: [10.0.0.2], conditions: {ready: false, serving: true, terminating: true}}
            - {addresses: [10.0.0.3], conditions: {}}
            - {addresses: [10.0.0.4]}
            - {addresses: [not-an-address]}
            """);

        Assert.Equal(["10.0.0.1:8080", "10.0.0.3:8080", "10.0.0.4:8080"], Endpoints(resolver, Web));
    }

    [Fact]
    public void Endpoints_that_terminate_and_still_serve_are_told_apart()
    {
        var resolver = Resolver(Service("[{port: 80}]"), """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: s, labels: {kubernetes.io/service-name: svc}}
            addressType: IPv4
            ports: [{port: 8080}]
            endpoints:
            - {addresses: [10.0.0.1], conditions: {ready: true, serving: true, terminating: false}}
            - {addresses: [10.0.0.2], conditions: {ready: false, serving: true, terminating: true}}
            - {addresses: [10.0.0.3], conditions: {ready: false, serving: false, terminating: true}}
            - {addresses: [10.0.0.4], conditions: {ready: false, terminating: true}}
            - {addresses: [10.0.0.5], conditions: {ready: false, serving: true}}
            """);
        resolver.Follow(Web);
        var change = Assert.Single(resolver.TakeChanges());
        Assert.Equal(["10.0.0.1:8080"], change.Ready.Select(static endpoint => endpoint.ToString()));
        Assert.Equal(["10.0.0.2:8080"], change.Draining.Select(static endpoint => endpoint.ToString()));
    }

    [Fact]
    public void Slices_of_a_service_add_up_without_doubles()
    {
        var resolver = Resolver(Service("[{port: 80}]"), Slice("s1", "[{port: 8080}]", "10.0.0.1", "10.0.0.2"), Slice("s2", "[{port: 8080}]", "10.0.0.2", "10.0.0.3"));

        Assert.Equal(["10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080"], Endpoints(resolver, Web));
    }

    [Fact]
    public void Changes_are_told_once_and_only_for_followed_backends()
    {
        var resolver = Resolver(Service("[{port: 80}]"), Slice("s", "[{port: 8080}]", "10.0.0.1"));
        Assert.Empty(resolver.TakeChanges());

        resolver.Follow(Web);
        Assert.Single(resolver.TakeChanges());
        Assert.Empty(resolver.TakeChanges());

        Put(resolver, Slice("s", "[{port: 8080}]", "10.0.0.1"));
        Assert.Empty(resolver.TakeChanges());

        Put(resolver, Slice("s", "[{port: 8080}]", "10.0.0.2"));
        Assert.Equal("10.0.0.2:8080", resolver.TakeChanges().Single().Ready[0].ToString());

        resolver.RemoveSlice(new ObjectKey("default", "s"));
        Assert.Empty(resolver.TakeChanges().Single().Ready);
    }

    [Fact]
    public void Slice_that_moves_to_another_service_leaves_the_first()
    {
        var resolver = Resolver(Service("[{port: 80}]"), Slice("s", "[{port: 8080}]", "10.0.0.1"));
        Assert.Single(Endpoints(resolver, Web));

        Put(resolver, Slice("s", "[{port: 8080}]", "10.0.0.1").Replace("service-name: svc", "service-name: other", StringComparison.Ordinal));
        Assert.Empty(resolver.TakeChanges().Single().Ready);
    }

    [Fact]
    public void Service_that_comes_late_or_goes_changes_its_endpoints()
    {
        var resolver = Resolver(Slice("s", "[{port: 8080}]", "10.0.0.1"));
        Assert.Empty(Endpoints(resolver, Web));
        Assert.Equal(VerdictCodes.ServiceNotFound, resolver.Problem(Web)?.Code);

        Put(resolver, Service("[{port: 80}]"));
        Assert.Single(resolver.TakeChanges().Single().Ready);
        Assert.Null(resolver.Problem(Web));
        Assert.Equal(VerdictCodes.ServicePortNotFound, resolver.Problem(new BackendKey("default", "svc", "http"))?.Code);

        resolver.RemoveService(new ObjectKey("default", "svc"));
        Assert.Empty(resolver.TakeChanges().Single().Ready);
    }

    [Fact]
    public void Port_of_another_protocol_is_no_port()
    {
        var resolver = Resolver(Service("[{name: dns, port: 80, protocol: UDP}]"), Slice("s", "[{name: dns, port: 53, protocol: UDP}]", "10.0.0.1"));

        Assert.Empty(Endpoints(resolver, Web));
        Assert.Equal(VerdictCodes.ServicePortNotFound, resolver.Problem(Web)?.Code);
    }

    [Fact]
    public void Verdict_about_a_service_names_the_ingress()
    {
        var model = Given.Translate(Given.Ingress("a", "a.com", "/", "gone")).Model;

        Assert.Equal(["a Refused ServiceNotFound spec (backend gone:80)"], BackendVerdicts.For(model, new EndpointResolver()).Lines());
    }

    private static EndpointResolver Resolver(params string[] documents)
    {
        var resolver = new EndpointResolver();
        Put(resolver, documents);
        return resolver;
    }

    private static void Put(EndpointResolver resolver, params string[] documents)
    {
        foreach (var manifest in documents.SelectMany(document => ManifestReader.Parse(document, "test.yaml")))
        {
            manifest.Object.GetOrAddObject("metadata")["namespace"] = "default";
            if (manifest.Object.String("kind") == "Service")
            {
                resolver.Put(ObjectReader.Service(manifest.Object));
            }
            else
            {
                resolver.Put(ObjectReader.EndpointSlice(manifest.Object));
            }
        }
    }

    private static string[] Endpoints(EndpointResolver resolver, BackendKey backend)
    {
        resolver.Follow(backend);
        return [.. resolver.TakeChanges().Single(change => change.Backend == backend).Ready.Select(endpoint => endpoint.ToString())];
    }

    private static string Service(string ports) => $"{{apiVersion: v1, kind: Service, metadata: {{name: svc}}, spec: {{ports: {ports}}}}}";

    private static string Slice(string name, string ports, params string[] addresses) =>
        $$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: {{name}}
          labels: {kubernetes.io/service-name: svc}
        addressType: IPv4
        ports: {{ports}}
        endpoints:
        {{string.Join("\n", addresses.Select(address => $"- addresses: [{address}]"))}}
        """;
}
