using Inlet.Translation;

namespace Inlet.Controller.Tests;

/// <summary>The controller's ConfigMap, as requests see it.</summary>
public sealed class ConfigMapTests
{
    [Fact]
    public async Task Settings_hold_for_ingresses_that_say_nothing_and_follow_the_configmap()
    {
        await using var backend = new TestBackend("shop");
        await using var controller = await TestController.StartAsync(
            new ControllerOptions { ConfigMap = "ingress/controller" },
            ("shop.yaml", $"{Manifests.Service("shop", backend)}\n---\n{Manifests.Ingress("a", "a.com", "/", "shop")}\n---\n{Manifests.Ingress("b", "b.com", "/", "shop", """{nginx.ingress.kubernetes.io/denylist-source-range: 192.0.2.1}""")}"),
            ("settings.yaml", ConfigMap("denylist-source-range: 127.0.0.0/8")));
        await controller.UntilAsync("b.com", "/", 200);
        Assert.Equal(403, (await controller.GetAsync("a.com", "/")).Status);

        controller.Write("settings.yaml", ConfigMap("denylist-source-range: 10.0.0.0/8"));
        await controller.UntilAsync("a.com", "/", 200);
    }

    [Fact]
    public async Task Change_that_needs_a_start_and_what_has_no_effect_are_reported()
    {
        await using var controller = await TestController.StartAsync(
            new ControllerOptions { ConfigMap = "ingress/controller" }, ("settings.yaml", ConfigMap("worker-processes: '4'")));
        await controller.LoggedAsync("worker-processes has no effect");

        controller.Write("settings.yaml", ConfigMap("keep-alive: '10'"));
        await controller.LoggedAsync("next start of the controller");
    }

    [Fact]
    public async Task Missing_configmap_is_reported_and_the_defaults_hold()
    {
        await using var controller = await TestController.StartAsync(new ControllerOptions { ConfigMap = "ingress/controller" }, ("a.yaml", Manifests.Ingress("a", "a.com", "/", "shop")));

        await controller.LoggedAsync("ConfigMap ingress/controller does not exist");
        await controller.UntilAsync("a.com", "/", 503);
    }

    [Fact]
    public async Task Controller_in_the_place_of_ingress_nginx_answers_as_it_does()
    {
        await using var backend = new TestBackend("shop");
        var nginx = Manifests.Ingress("a", "a.com", "/dir/", "shop").Replace("ingressClassName: inlet", "ingressClassName: nginx", StringComparison.Ordinal);
        await using var controller = await TestController.StartAsync(
            new ControllerOptions { Behaviour = IngressBehaviour.IngressNginx },
            ("a.yaml", $"{Manifests.Service("shop", backend)}\n---\n{nginx}\n---\n{Manifests.Ingress("other", "other.com", "/", "shop")}"));
        await controller.UntilAsync("a.com", "/dir/x", 200);

        Assert.Equal(404, (await controller.GetAsync("other.com", "/")).Status);
        using var root = await controller.SendAsync(HttpMethod.Get, "a.com", "/elsewhere");
        Assert.Equal((404, false), ((int)root.StatusCode, root.Headers.Contains("Server")));
        using var redirect = await controller.SendAsync(HttpMethod.Get, "a.com", "/dir?q=1");
        Assert.Equal((301, "http://a.com/dir/?q=1"), ((int)redirect.StatusCode, redirect.Headers.Location!.ToString()));
        using var large = await controller.SendAsync(HttpMethod.Post, "a.com", "/dir/x", new string('x', (1 << 20) + 1));
        Assert.Equal(413, (int)large.StatusCode);
    }

    private static string ConfigMap(string data) =>
        $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: controller, namespace: ingress}
        data:
          {{data}}
        """;
}
