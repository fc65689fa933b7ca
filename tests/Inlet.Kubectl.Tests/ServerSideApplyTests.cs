using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class ServerSideApplyTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Server_side_apply_creates_and_changes()
    {
        var ns = await kubectl.NamespaceAsync("ssa");
        Assert.Contains("deployment.apps/web serverside-applied", await kubectl.ApplyAsync(Manifests.Web, "-n", ns, "--server-side"), StringComparison.Ordinal);
        await kubectl.ApplyAsync(Manifests.Web.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal), "-n", ns, "--server-side");
        Assert.Equal("3", await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Conflict_is_shown_with_manager_and_field_and_forced_on_demand()
    {
        var ns = await kubectl.NamespaceAsync("conflict");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns, "--server-side");
        await kubectl.OkAsync("-n", ns, "scale", "deploy", "web", "--replicas=7");
        var refused = await kubectl.RunAsync(["apply", "-n", ns, "--server-side", "-f", "-"], Manifests.Web);
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("conflict with \"kubectl\" with subresource \"scale\"", refused.Error, StringComparison.Ordinal);
        Assert.Contains(".spec.replicas", refused.Error, StringComparison.Ordinal);
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns, "--server-side", "--force-conflicts");
        Assert.Equal("2", await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Objects_applied_by_the_client_before_are_taken_over_with_everything_they_own()
    {
        var ns = await kubectl.NamespaceAsync("migrate");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns, "--server-side");
        await kubectl.ApplyAsync(
            Manifests.Web.Replace("      - name: log\n        image: busybox:1.36\n", "", StringComparison.Ordinal), "-n", ns, "--server-side");
        var names = await kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[*].name}");
        var version = await kubectl.OkAsync("version");
        if (version.Contains("v1.20", StringComparison.Ordinal))
        {
            Assert.Skip("this kubectl does not migrate ownership");
        }

        Assert.Equal("web", names);
    }
}
