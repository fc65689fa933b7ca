using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class ApplyTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Apply_says_created_then_unchanged_then_configured()
    {
        var ns = await kubectl.NamespaceAsync("apply");
        Assert.Equal(
            ["deployment.apps/web created", "service/web created", "ingress.networking.k8s.io/web created"],
            Lines(await kubectl.ApplyAsync(Manifests.Web, "-n", ns)));
        Assert.Equal(
            ["deployment.apps/web unchanged", "service/web unchanged", "ingress.networking.k8s.io/web unchanged"],
            Lines(await kubectl.ApplyAsync(Manifests.Web, "-n", ns)));
        Assert.Equal(
            ["deployment.apps/web configured", "service/web unchanged", "ingress.networking.k8s.io/web unchanged"],
            Lines(await kubectl.ApplyAsync(Manifests.Web.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal), "-n", ns)));
        Assert.Equal("3", await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Apply_takes_away_what_left_the_manifest_and_keeps_what_others_set()
    {
        var ns = await kubectl.NamespaceAsync("away");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        await kubectl.OkAsync("-n", ns, "annotate", "deploy", "web", "owner=me");
        await kubectl.OkAsync("-n", ns, "set", "env", "deploy/web", "A=b", "-c", "web");
        await kubectl.ApplyAsync(Manifests.Web.Replace("      - name: log\n        image: busybox:1.36\n", "", StringComparison.Ordinal), "-n", ns);
        Assert.Equal(
            "web|me|A",
            await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[*].name}|{.metadata.annotations.owner}|{.spec.template.spec.containers[0].env[0].name}"));
    }

    [Fact]
    public async Task Apply_of_a_misspelt_field_is_refused_by_its_path()
    {
        var ns = await kubectl.NamespaceAsync("misspelt");
        var result = await kubectl.RunAsync(
            ["apply", "-n", ns, "-f", "-"], Manifests.Web.Replace("replicas: 2", "replica: 2", StringComparison.Ordinal));
        // An older kubectl finds it by itself, in the OpenAPI document.
        Assert.Matches("unknown field \"(spec\\.)?replica\"", result.Error);
        Assert.Equal("", await kubectl.OkAsync("-n", ns, "get", "deploy", "-o", "name"));
    }

    [Fact]
    public async Task Apply_of_an_invalid_object_leaves_the_others_applied()
    {
        var ns = await kubectl.NamespaceAsync("invalid");
        var result = await kubectl.RunAsync(
            ["apply", "-n", ns, "-f", "-"], Manifests.Web.Replace("pathType: Prefix", "pathType: Sideways", StringComparison.Ordinal));
        Assert.NotEqual(0, result.Code);
        Assert.Contains("spec.rules[0].http.paths[0].pathType", result.Error, StringComparison.Ordinal);
        Assert.Contains("deployment.apps/web created", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dry_run_on_the_server_stores_nothing()
    {
        var ns = await kubectl.NamespaceAsync("dry");
        Assert.Contains("created (server dry run)", await kubectl.ApplyAsync(Manifests.Web, "-n", ns, "--dry-run=server"), StringComparison.Ordinal);
        Assert.Equal("", await kubectl.OkAsync("-n", ns, "get", "deploy", "-o", "name"));
    }

    [Fact]
    public async Task Diff_shows_the_change_and_makes_none()
    {
        var ns = await kubectl.NamespaceAsync("diff");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        Assert.Equal(0, (await kubectl.RunAsync(["diff", "-n", ns, "-f", "-"], Manifests.Web)).Code);
        var diff = await kubectl.RunAsync(["diff", "-n", ns, "-f", "-"], Manifests.Web.Replace("replicas: 2", "replicas: 5", StringComparison.Ordinal));
        Assert.Equal(1, diff.Code);
        Assert.Contains("+  replicas: 5", diff.Out, StringComparison.Ordinal);
        Assert.Equal("2", await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Old_ingress_manifest_is_applied_with_a_warning()
    {
        var ns = await kubectl.NamespaceAsync("old");
        var result = await kubectl.RunAsync(
            ["apply", "-n", ns, "-f", "-"],
            """
            apiVersion: networking.k8s.io/v1beta1
            kind: Ingress
            metadata:
              name: old
            spec:
              rules:
              - host: old.localhost
                http:
                  paths:
                  - path: /
                    backend:
                      serviceName: web
                      servicePort: 80
            """);
        Assert.Contains("networking.k8s.io/v1beta1 Ingress is deprecated", result.Error, StringComparison.Ordinal);
        Assert.Contains("ingress.networking.k8s.io/old created", result.Out, StringComparison.Ordinal);
        Assert.Equal("web", await kubectl.OkAsync(
            "-n", ns, "get", "ingresses.v1.networking.k8s.io", "old", "-o", "jsonpath={.spec.rules[0].http.paths[0].backend.service.name}"));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
