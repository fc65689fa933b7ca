using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class ChangeTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Label_and_annotate_set_overwrite_and_remove()
    {
        var ns = await WebAsync("label");
        Assert.Equal("deployment.apps/web labeled\n", await kubectl.OkAsync("-n", ns, "label", "deploy", "web", "tier=front"));
        Assert.Contains("--overwrite", await kubectl.FailsAsync("-n", ns, "label", "deploy", "web", "tier=back"), StringComparison.Ordinal);
        await kubectl.OkAsync("-n", ns, "label", "deploy", "web", "tier=back", "--overwrite");
        Assert.Equal("back", await GetAsync(ns, "{.metadata.labels.tier}"));
        await kubectl.OkAsync("-n", ns, "label", "deploy", "web", "tier-");
        Assert.Equal("", await GetAsync(ns, "{.metadata.labels.tier}"));
        Assert.Equal("deployment.apps/web annotated\n", await kubectl.OkAsync("-n", ns, "annotate", "deploy", "web", "note=a b"));
        Assert.Equal("a b", await GetAsync(ns, "{.metadata.annotations.note}"));
    }

    [Fact]
    public async Task Scale_sets_replicas_and_honours_its_condition()
    {
        var ns = await WebAsync("scale");
        Assert.Equal("deployment.apps/web scaled\n", await kubectl.OkAsync("-n", ns, "scale", "deploy", "web", "--replicas=3"));
        Assert.Equal("3", await GetAsync(ns, "{.spec.replicas}"));
        await kubectl.FailsAsync("-n", ns, "scale", "deploy", "web", "--current-replicas=7", "--replicas=4");
        Assert.Equal("3", await GetAsync(ns, "{.spec.replicas}"));
    }

    [Theory]
    [InlineData("strategic", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}""", "nginx:2 busybox:1.36")]
    [InlineData("merge", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}""", "nginx:2")]
    [InlineData("json", """[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:2"}]""", "nginx:2 busybox:1.36")]
    public async Task Patch_merges_lists_the_way_of_its_type(string type, string patch, string images)
    {
        var ns = await WebAsync("patch");
        Assert.Equal("deployment.apps/web patched\n", await kubectl.OkAsync("-n", ns, "patch", "deploy", "web", "--type", type, "-p", patch));
        Assert.Equal(images, await GetAsync(ns, "{.spec.template.spec.containers[*].image}"));
        Assert.Contains("(no change)", await kubectl.OkAsync("-n", ns, "patch", "deploy", "web", "--type", type, "-p", patch), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replace_takes_the_whole_object_and_refuses_a_stale_one()
    {
        var ns = await kubectl.NamespaceAsync("replace");
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", "app: x"), "-n", ns);
        var stale = await kubectl.OkAsync("-n", ns, "get", "cm", "a", "-o", "yaml");
        var replaced = await kubectl.RunAsync(["-n", ns, "replace", "-f", "-"], Manifests.ConfigMap("a", "app: z", "other: w"));
        Assert.Equal("configmap/a replaced\n", replaced.Out);
        Assert.Equal("z||w", await kubectl.OkAsync("-n", ns, "get", "cm", "a", "-o", "jsonpath={.metadata.labels.app}|{.data.k}|{.data.other}"));
        var refused = await kubectl.RunAsync(["-n", ns, "replace", "-f", "-"], stale);
        Assert.NotEqual(0, refused.Code);
        Assert.Contains("the object has been modified", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_stores_what_the_editor_left()
    {
        var ns = await WebAsync("edit");
        var editor = kubectl.WriteFile("editor.sh", "#!/bin/sh\nsed -i 's/replicas: 2/replicas: 6/' \"$1\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(editor, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var result = await kubectl.RunAsync(["-n", ns, "edit", "deploy", "web"], input: null, ("EDITOR", editor), ("KUBE_EDITOR", editor));
        Assert.Equal("deployment.apps/web edited\n", result.Out);
        Assert.Equal("6", await GetAsync(ns, "{.spec.replicas}"));
    }

    [Fact]
    public async Task Set_image_and_rollout_restart_change_the_template()
    {
        var ns = await WebAsync("rollout");
        await kubectl.OkAsync("-n", ns, "set", "image", "deploy/web", "web=nginx:3");
        Assert.Equal("nginx:3 busybox:1.36", await GetAsync(ns, "{.spec.template.spec.containers[*].image}"));
        Assert.Equal("deployment.apps/web restarted\n", await kubectl.OkAsync("-n", ns, "rollout", "restart", "deploy/web"));
        Assert.NotEqual("", await GetAsync(ns, @"{.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}"));
        Assert.Equal("deployment.apps/web paused\n", await kubectl.OkAsync("-n", ns, "rollout", "pause", "deploy/web"));
        Assert.Equal("true", await GetAsync(ns, "{.spec.paused}"));
        await kubectl.OkAsync("-n", ns, "rollout", "resume", "deploy/web");
        Assert.Equal("", await GetAsync(ns, "{.spec.paused}"));
    }

    private async Task<string> WebAsync(string name)
    {
        var ns = await kubectl.NamespaceAsync(name);
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        return ns;
    }

    private Task<string> GetAsync(string ns, string path) => kubectl.OkAsync("-n", ns, "get", "deploy", "web", "-o", $"jsonpath={path}");
}
