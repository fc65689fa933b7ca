using System.Text.Json.Nodes;

using Inlet.Kubectl.Tests.Harness;
using Inlet.Kubernetes;

namespace Inlet.Kubectl.Tests;

public sealed class GetTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Get_prints_the_columns_people_know()
    {
        var ns = await kubectl.NamespaceAsync("columns");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        Assert.Equal(["NAME", "STATUS", "AGE"], Header(await kubectl.OkAsync("get", "ns")));
        Assert.Equal(["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"], Header(await kubectl.OkAsync("-n", ns, "get", "deploy")));
        Assert.Equal(
            ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"],
            Header(await kubectl.OkAsync("-n", ns, "get", "deploy", "-o", "wide")));
        Assert.Equal(["NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"], Header(await kubectl.OkAsync("-n", ns, "get", "ing")));
        Assert.Contains("web.localhost", await kubectl.OkAsync("-n", ns, "get", "ing"), StringComparison.Ordinal);
        Assert.Equal("NAMESPACE", Header(await kubectl.OkAsync("get", "svc", "-A"))[0]);
        Assert.Equal(["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE", "LABELS"], Header(await kubectl.OkAsync("-n", ns, "get", "deploy", "--show-labels")));
    }

    [Fact]
    public async Task Get_all_lists_every_kind_of_the_category()
    {
        var ns = await kubectl.NamespaceAsync("all");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        var all = await kubectl.OkAsync("-n", ns, "get", "all");
        Assert.Contains("deployment.apps/web", all, StringComparison.Ordinal);
        Assert.Contains("service/web", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_formats_show_the_object()
    {
        var ns = await kubectl.NamespaceAsync("formats");
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", "app: x"), "-n", ns);
        var yaml = await kubectl.OkAsync("-n", ns, "get", "cm", "a", "-o", "yaml");
        Assert.StartsWith("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\n", yaml, StringComparison.Ordinal);
        Assert.Equal("v", JsonNode.Parse(await kubectl.OkAsync("-n", ns, "get", "cm", "a", "-o", "json"))!.AsObject().Object("data").String("k"));
        Assert.Equal("configmap/a\n", await kubectl.OkAsync("-n", ns, "get", "cm", "-o", "name"));
        Assert.Equal("NAME   V\na      v\n", await kubectl.OkAsync("-n", ns, "get", "cm", "-o", "custom-columns=NAME:.metadata.name,V:.data.k"));
        Assert.Equal("a", await kubectl.OkAsync("-n", ns, "get", "cm", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Contains("\"a\" not found", await kubectl.FailsAsync("-n", "default", "get", "cm", "a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app=x", "a,b")]
    [InlineData("app==x", "a,b")]
    [InlineData("app!=x", "c,d")]
    [InlineData("tier", "b,c")]
    [InlineData("!tier", "a,d")]
    [InlineData("app in (x,z)", "a,b,c")]
    [InlineData("app notin (x,z)", "d")]
    [InlineData("app=x,tier=back", "b")]
    public async Task Label_selectors_choose_what_they_say(string selector, string expected)
    {
        var ns = await kubectl.NamespaceAsync("labels");
        await kubectl.ApplyAsync(
            string.Join("---\n", Manifests.ConfigMap("a", "app: x"), Manifests.ConfigMap("b", "app: x, tier: back"),
                Manifests.ConfigMap("c", "app: z, tier: front"), Manifests.ConfigMap("d", "")),
            "-n", ns);
        Assert.Equal(
            expected.Split(',').Select(n => $"configmap/{n}"),
            (await kubectl.OkAsync("-n", ns, "get", "cm", "-l", selector, "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Field_selectors_choose_by_the_kinds_fields()
    {
        var ns = await kubectl.NamespaceAsync("fields");
        await kubectl.OkAsync("-n", ns, "create", "secret", "generic", "s", "--from-literal=a=b");
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", "") + "---\n" + Manifests.ConfigMap("b", ""), "-n", ns);
        Assert.Equal("configmap/b\n", await kubectl.OkAsync("-n", ns, "get", "cm", "--field-selector", "metadata.name=b", "-o", "name"));
        Assert.Equal("secret/s\n", await kubectl.OkAsync("get", "secret", "-A", "--field-selector", $"type=Opaque,metadata.namespace={ns}", "-o", "name"));
        Assert.Contains("spec.color", await kubectl.FailsAsync("-n", ns, "get", "cm", "--field-selector", "spec.color=red"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sort_by_reads_whole_objects_and_chunks_join_up()
    {
        var ns = await kubectl.NamespaceAsync("sorted");
        for (var i = 0; i < 5; i++)
        {
            await kubectl.Server.CreateAsync(ResourceTypes.ConfigMaps, ns, JsonNode.Parse(
                $$"""{"metadata":{"name":"c{{i}}"},"data":{"order":"{{9 - i}}"} }""")!.AsObject());
        }

        var sorted = await kubectl.OkAsync("-n", ns, "get", "cm", "--sort-by=.data.order", "--no-headers");
        Assert.Equal(["c4", "c3", "c2", "c1", "c0"], sorted.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]));
        Assert.Equal(5, (await kubectl.OkAsync("-n", ns, "get", "cm", "--chunk-size=2", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Watch_prints_each_change_as_it_comes()
    {
        var ns = await kubectl.NamespaceAsync("watch");
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", ""), "-n", ns);
        using var watch = kubectl.Start(["-n", ns, "get", "cm", "-w", "--no-headers"]);
        try
        {
            Assert.StartsWith("a", await NextLineAsync(watch), StringComparison.Ordinal);
            await kubectl.ApplyAsync(Manifests.ConfigMap("b", ""), "-n", ns);
            Assert.StartsWith("b", await NextLineAsync(watch), StringComparison.Ordinal);
        }
        finally
        {
            watch.Kill();
            await watch.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Describe_shows_object_and_its_events()
    {
        var ns = await kubectl.NamespaceAsync("describe");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        var deployment = await kubectl.Server.Api.GetAsync(ResourceTypes.Deployments, ns, "web", CancellationToken.None);
        await kubectl.Server.CreateAsync(ResourceTypes.Events, ns, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "web.1" },
            ["involvedObject"] = new JsonObject
            {
                ["kind"] = "Deployment",
                ["apiVersion"] = "apps/v1",
                ["namespace"] = ns,
                ["name"] = "web",
                ["uid"] = deployment.Uid(),
            },
            ["type"] = "Normal",
            ["reason"] = "ScalingReplicaSet",
            ["message"] = "Scaled up",
            ["count"] = 1,
        });
        var text = await kubectl.OkAsync("-n", ns, "describe", "deploy", "web");
        Assert.Contains("2 desired", text, StringComparison.Ordinal);
        Assert.Contains("ScalingReplicaSet", text, StringComparison.Ordinal);
        Assert.Contains("web.localhost", await kubectl.OkAsync("-n", ns, "describe", "ing", "web"), StringComparison.Ordinal);
        Assert.Contains("80/TCP", await kubectl.OkAsync("-n", ns, "describe", "svc", "web"), StringComparison.Ordinal);
        Assert.Contains("Status:", await kubectl.OkAsync("describe", "ns", ns), StringComparison.Ordinal);
        Assert.Contains("ScalingReplicaSet", await kubectl.OkAsync("-n", ns, "get", "events"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_paths_are_read()
    {
        Assert.Equal("ok", await kubectl.OkAsync("get", "--raw", "/readyz"));
        Assert.Equal("NamespaceList", JsonNode.Parse(await kubectl.OkAsync("get", "--raw", "/api/v1/namespaces"))!.AsObject().String("kind"));
    }

    private static string[] Header(string table) => table.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<string> NextLineAsync(System.Diagnostics.Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? throw new EndOfStreamException("kubectl ended");
}
