using System.Diagnostics;
using System.Net;
using Inlet.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Controller.Tests;

public sealed class FileControllerTests
{
    [Fact]
    public async Task Ingress_of_a_file_is_served_by_its_service()
    {
        await using var shop = new TestBackend("shop");
        await using var order = new TestBackend("order");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("shop", shop) + "---\n" + Manifests.Service("order", order)),
            ("ingress.yaml", Manifests.Ingress("a", "www.app.com", "/", "shop") + "---\n" + Manifests.Ingress("b", "www.app.com", "/order", "order")));

        Assert.Equal((200, "shop"), await controller.GetAsync("www.app.com", "/x"));
        Assert.Equal((200, "order"), await controller.GetAsync("www.app.com", "/order/1"));
        Assert.Equal(404, (await controller.GetAsync("other.com", "/")).Status);
        Assert.Equal(200, await controller.AdminAsync("/readyz"));
        Assert.Equal(200, await controller.AdminAsync("/healthz"));
        Assert.Equal(200, await controller.AdminAsync("/metrics"));
        Assert.Equal(404, await controller.AdminAsync("/other"));
    }

    [Theory]
    [InlineData("networking.k8s.io/v1beta1")]
    [InlineData("extensions/v1beta1")]
    public async Task Ingress_in_the_old_form_is_served(string apiVersion)
    {
        await using var order = new TestBackend("order");
        await using var rest = new TestBackend("rest");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("order", order) + "---\n" + Manifests.Service("rest", rest)),
            ("ingress.yaml", $$"""
                apiVersion: {{apiVersion}}
                kind: Ingress
                metadata: {name: service-loadbalancing}
                spec:
                  backend: {serviceName: rest, servicePort: http}
                  rules:
                  - http:
                      paths:
                      - path: /order
                        backend: {serviceName: order, servicePort: 80}
                """));

        Assert.Equal((200, "order"), await controller.GetAsync("localhost", "/order"));
        Assert.Equal((200, "rest"), await controller.GetAsync("localhost", "/"));
    }

    [Fact]
    public async Task Edit_of_a_file_changes_what_is_served()
    {
        await using var one = new TestBackend("one");
        await using var two = new TestBackend("two");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("one", one) + "---\n" + Manifests.Service("two", two)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "one")));
        await controller.UntilAsync("a.com", "/", 200, "one");

        controller.Write("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "two"));
        await controller.UntilAsync("a.com", "/", 200, "two");

        // In place, without a rename.
        File.WriteAllText(controller.PathOf("ingress.yaml"), Manifests.Ingress("a", "a.com", "/", "one"));
        await controller.UntilAsync("a.com", "/", 200, "one");

        controller.Write("more.yaml", Manifests.Ingress("b", "b.com", "/", "two"));
        await controller.UntilAsync("b.com", "/", 200, "two");

        controller.Delete("ingress.yaml");
        await controller.UntilAsync("a.com", "/", 404);
        Assert.Equal((200, "two"), await controller.GetAsync("b.com", "/"));
    }

    [Fact]
    public async Task Broken_file_keeps_its_last_good_objects_and_is_reported_with_its_position()
    {
        await using var shop = new TestBackend("shop");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("shop", shop)), ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "shop")));

        controller.Write("ingress.yaml", "apiVersion: v1\nkind: [broken\n");
        var line = await controller.LoggedAsync("ingress.yaml:");
        Assert.Matches(@"ingress\.yaml:\d+:\d+: .*stay in force", line);
        Assert.Equal((200, "shop"), await controller.GetAsync("a.com", "/"));

        controller.Write("ingress.yaml", Manifests.Ingress("a", "b.com", "/", "shop"));
        await controller.UntilAsync("b.com", "/", 200, "shop");
        Assert.Equal(404, (await controller.GetAsync("a.com", "/")).Status);
    }

    [Fact]
    public async Task Service_without_ready_endpoints_answers_503_and_the_others_go_on()
    {
        await using var one = new TestBackend("one");
        await using var two = new TestBackend("two");
        await using var controller = await TestController.StartAsync(
            ("one.yaml", Manifests.Service("one", one)),
            ("two.yaml", Manifests.Service("two", two)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "one") + "---\n" + Manifests.Ingress("b", "a.com", "/two", "two")));
        await controller.UntilAsync("a.com", "/two", 200, "two");

        controller.Write("two.yaml", Manifests.Service("two", false, two));
        await controller.UntilAsync("a.com", "/two", 503);
        Assert.Equal((200, "one"), await controller.GetAsync("a.com", "/"));

        controller.Write("two.yaml", Manifests.Service("two", two));
        await controller.UntilAsync("a.com", "/two", 200, "two");
    }

    [Fact]
    public async Task Missing_service_is_reported_and_answers_503()
    {
        await using var controller = await TestController.StartAsync(("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "nothere")));

        Assert.Equal(503, (await controller.GetAsync("a.com", "/")).Status);
        await controller.LoggedAsync("Ingress default/a", "ServiceNotFound", "default/nothere");
    }

    [Fact]
    public async Task One_poisonous_ingress_leaves_the_others_alone()
    {
        await using var shop = new TestBackend("shop");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("shop", shop)),
            ("poison.yaml", """
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: poison}
                spec:
                  rules: "all of them"
                """),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "shop")));

        Assert.Equal((200, "shop"), await controller.GetAsync("a.com", "/"));
        await controller.LoggedAsync("Ingress default/poison", "ObjectUnreadable", "$.spec.rules");
    }

    [Fact]
    public async Task Edits_under_load_lose_no_request()
    {
        await using var one = new TestBackend("one");
        await using var two = new TestBackend("two");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("one", one) + "---\n" + Manifests.Service("two", two)),
            ("ingress.yaml", Manifests.Ingress("a", "a.com", "/", "one")));
        await controller.UntilAsync("a.com", "/", 200, "one");
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var sent = 0;
            for (; !stop.IsCancellationRequested; sent++)
            {
                var (status, body) = await controller.GetAsync("a.com", "/x");
                Assert.True(status == 200 && body is "one" or "two", $"{status} {body}");
            }

            return sent;
        })).ToArray();

        for (var edit = 0; edit < 20; edit++)
        {
            var service = edit % 2 == 0 ? "two" : "one";
            var text = Manifests.Ingress("a", "a.com", "/", service) + "---\n" + Manifests.Ingress($"extra-{edit}", $"h{edit}.com", "/", service);
            if (edit % 3 == 0)
            {
                // An editor that moves the old file away first.
                File.Move(controller.PathOf("ingress.yaml"), controller.PathOf("ingress.yaml~"), overwrite: true);
                File.WriteAllText(controller.PathOf("ingress.yaml"), text);
            }
            else
            {
                controller.Write("ingress.yaml", text);
            }

            await controller.UntilAsync($"h{edit}.com", "/", 200, service);
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(load), sent => Assert.True(sent > 0));
        Assert.True(one.Requests > 0 && two.Requests > 0);
    }

    [Fact]
    public async Task Canaries_by_header_and_weight_are_in_force_at_once()
    {
        await using var v1 = new TestBackend("v1");
        await using var v2 = new TestBackend("v2");
        await using var controller = await TestController.StartAsync(
            ("services.yaml", Manifests.Service("svc-v1", v1) + "---\n" + Manifests.Service("svc-v2", v2)),
            ("app.yaml", Manifests.Ingress("app", "www.app.com", "/", "svc-v1")),
            ("weight.yaml", Manifests.Ingress("canary-v2", "www.app.com", "/", "svc-v2",
                """{nginx.ingress.kubernetes.io/canary: "true", nginx.ingress.kubernetes.io/canary-weight: "30"}""")),
            ("header.yaml", Manifests.Ingress("canary-kr", "www.app.com", "/", "svc-v2",
                """{nginx.ingress.kubernetes.io/canary: "true", nginx.ingress.kubernetes.io/canary-by-header: Accept-Language, nginx.ingress.kubernetes.io/canary-by-header-value: kr}""")));

        var bodies = new Dictionary<string, int> { ["v1"] = 0, ["v2"] = 0 };
        for (var request = 0; request < 2000; request++)
        {
            bodies[(await controller.GetAsync("www.app.com", "/version")).Body]++;
        }

        Assert.InRange(bodies["v2"], 500, 700);
        for (var request = 0; request < 50; request++)
        {
            Assert.Equal("v2", (await controller.GetAsync("www.app.com", "/version", ("Accept-Language", "kr"))).Body);
        }
    }

    [Fact]
    public async Task Start_with_a_path_that_does_not_exist_is_refused()
    {
        var options = new ControllerOptions { Bind = IPAddress.Loopback, HttpPort = 0, HttpsPort = -1, AdminPort = -1, Files = ["/nowhere/x.yaml"] };

        var exception = await Assert.ThrowsAsync<ManifestException>(() => ControllerHost.RunAsync(options, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Equal("/nowhere/x.yaml: no such file or directory", exception.Message);
    }

    [Fact]
    public async Task Start_on_a_taken_port_is_refused()
    {
        await using var taken = new TestBackend("taken");
        var files = Directory.CreateTempSubdirectory("inlet-empty-");
        var options = new ControllerOptions { Bind = IPAddress.Loopback, HttpPort = 0, HttpsPort = -1, AdminPort = taken.Port, Loops = 1, Files = [files.FullName] };

        var exception = await Assert.ThrowsAsync<ControllerException>(() => ControllerHost.RunAsync(options, NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Contains("--admin-port", exception.Message, StringComparison.Ordinal);
        files.Delete();
    }

    [Fact]
    public async Task Stop_ends_the_run_and_closes_the_ports()
    {
        var files = Directory.CreateTempSubdirectory("inlet-empty-");
        using var stop = new CancellationTokenSource();
        var options = new ControllerOptions { Bind = IPAddress.Loopback, HttpPort = 0, HttpsPort = -1, AdminPort = 0, Loops = 1, Files = [files.FullName] };
        var started = Stopwatch.StartNew();

        var running = ControllerHost.RunAsync(options, NullLoggerFactory.Instance, stop.Token);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.True(started.Elapsed < TimeSpan.FromSeconds(20));
        files.Delete();
    }
}
