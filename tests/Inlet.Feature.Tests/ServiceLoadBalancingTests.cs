using System.Net;
using System.Text.Json.Nodes;
using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>examples/walkthrough/1-service-load-balancing.yaml</summary>
public sealed class ServiceLoadBalancingTests(Walkthrough walkthrough)
{
    private InletUp Inlet => walkthrough.Inlet;

    [Theory]
    [InlineData("/", "shopping")]
    [InlineData("/basket", "shopping")]
    [InlineData("/customer", "customer")]
    [InlineData("/customer/7", "customer")]
    [InlineData("/order", "order")]
    public async Task Paths_of_an_old_form_ingress_reach_their_services(string path, string name)
    {
        Assert.Equal(30431, Inlet.HttpNodePort);
        using var browser = walkthrough.Browser();

        var answer = await browser.DemoAsync($"http://localhost:30431{path}");

        Assert.Equal(name, (string)answer["name"]!);
        Assert.Equal(path, (string)answer["path"]!);
        Assert.StartsWith(name + "-", (string)answer["pod"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_load_balancer_port_serves_the_same()
    {
        using var browser = new Browser(Inlet.HttpPort, Inlet.HttpsPort);

        Assert.Equal("order", await browser.NameAsync("http://localhost/order"));
    }

    [Theory]
    [InlineData("networking.k8s.io")]
    [InlineData("extensions")]
    public async Task Old_versions_are_converted_both_ways_and_warned_of(string group)
    {
        var name = $"old-{group.Split('.')[0]}";
        var manifest = $$$"""
            {"apiVersion":"{{{group}}}/v1beta1","kind":"Ingress","metadata":{"name":"{{{name}}}"},
             "spec":{"backend":{"serviceName":"svc-order","servicePort":8080},
                     "rules":[{"host":"{{{name}}}.example","http":{"paths":[{"path":"/x","backend":{"serviceName":"svc-order","servicePort":8080} } ] } } ] } }
            """;

        var created = await Inlet.TryKubectlAsync(["create", "--validate=false", "-f", "-"], manifest);
        Assert.Equal(0, created.ExitCode);
        Assert.Contains($"Warning: {group}/v1beta1 Ingress is deprecated in", created.Error, StringComparison.Ordinal);

        var v1 = await Inlet.GetAsync($"ingresses.v1.networking.k8s.io {name}");
        var path = v1["spec"]!["rules"]![0]!["http"]!["paths"]![0]!;
        Assert.Equal("networking.k8s.io/v1", (string)v1["apiVersion"]!);
        Assert.Equal("ImplementationSpecific", (string)path["pathType"]!);
        Assert.Equal(8080, (int)path["backend"]!["service"]!["port"]!["number"]!);
        Assert.Equal("svc-order", (string)v1["spec"]!["defaultBackend"]!["service"]!["name"]!);

        var old = JsonNode.Parse(await Inlet.KubectlAsync($"get --raw /apis/{group}/v1beta1/namespaces/default/ingresses/{name}"))!;
        Assert.Equal("svc-order", (string)old["spec"]!["backend"]!["serviceName"]!);
        Assert.Equal(8080, (int)old["spec"]!["rules"]![0]!["http"]!["paths"]![0]!["backend"]!["servicePort"]!);

        await Inlet.KubectlAsync($"delete ingress {name}");
    }

    [Fact]
    public async Task Requests_spread_over_all_pods_of_a_scaled_deployment_and_an_empty_one_answers_503()
    {
        using var browser = walkthrough.Browser();
        await Inlet.KubectlAsync("scale deployment order --replicas=3");
        await Inlet.KubectlAsync("rollout status deployment order --timeout=60s");

        var pods = new Dictionary<string, int>();
        await Eventually.HoldsAsync("three pods answer", async () =>
        {
            var pod = (string)(await browser.DemoAsync("http://localhost/order"))["pod"]!;
            pods[pod] = pods.GetValueOrDefault(pod) + 1;
            return pods.Count == 3;
        });
        pods.Clear();
        for (var i = 0; i < 300; i++)
        {
            var pod = (string)(await browser.DemoAsync("http://localhost/order"))["pod"]!;
            pods[pod] = pods.GetValueOrDefault(pod) + 1;
        }

        Assert.Equal(3, pods.Count);
        Assert.All(pods.Values, static count => Assert.InRange(count, 60, 140));

        await Inlet.KubectlAsync("scale deployment customer --replicas=0");
        await Eventually.HoldsAsync("customer answers 503", async () => await browser.StatusAsync("http://localhost/customer") == HttpStatusCode.ServiceUnavailable);
        Assert.Equal("order", await browser.NameAsync("http://localhost/order"));
        Assert.Equal("shopping", await browser.NameAsync("http://localhost/"));

        await Inlet.KubectlAsync("scale deployment order --replicas=1");
        await Inlet.KubectlAsync("scale deployment customer --replicas=1");
        await Eventually.HoldsAsync("customer is back", async () => await browser.StatusAsync("http://localhost/customer") == HttpStatusCode.OK);
    }
}
