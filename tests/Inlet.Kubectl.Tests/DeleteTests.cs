using System.Text.Json.Nodes;

using Inlet.Kubectl.Tests.Harness;
using Inlet.Kubernetes;

namespace Inlet.Kubectl.Tests;

public sealed class DeleteTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Delete_by_name_file_selector_and_all_removes_and_says_so()
    {
        var ns = await kubectl.NamespaceAsync("delete");
        var file = kubectl.WriteFile("maps.yaml", string.Join("---\n", "abcd".Select(c => Manifests.ConfigMap($"{c}", $"nr: {c}"))));
        await kubectl.OkAsync("-n", ns, "apply", "-f", file);
        Assert.Contains("configmap \"a\" deleted", await kubectl.OkAsync("-n", ns, "delete", "cm", "a"), StringComparison.Ordinal);
        Assert.Contains("configmap \"b\" deleted", await kubectl.OkAsync("-n", ns, "delete", "cm", "-l", "nr=b"), StringComparison.Ordinal);
        Assert.Contains("configmap \"c\" deleted", await kubectl.OkAsync("-n", ns, "delete", "-f", file, "--ignore-not-found"), StringComparison.Ordinal);
        Assert.Equal("", await kubectl.OkAsync("-n", ns, "get", "cm", "-o", "name"));
        Assert.Contains("not found", await kubectl.FailsAsync("-n", ns, "delete", "cm", "a"), StringComparison.Ordinal);
        await kubectl.OkAsync("-n", ns, "apply", "-f", file);
        await kubectl.OkAsync("-n", ns, "delete", "cm", "--all");
        Assert.Equal("", await kubectl.OkAsync("-n", ns, "get", "cm", "-o", "name"));
    }

    [Fact]
    public async Task Delete_waits_for_finalizers_to_go()
    {
        var ns = await kubectl.NamespaceAsync("finalizers");
        await kubectl.ApplyAsync(Manifests.ConfigMap("held", "a: b").Replace("  name: held", "  name: held\n  finalizers: [example.com/hold]", StringComparison.Ordinal), "-n", ns);
        using var delete = kubectl.Start(["-n", ns, "delete", "cm", "held", "--timeout=60s"]);
        await WaitForAsync(async () => (await GetAsync(ns, "held"))?.IsBeingDeleted() == true);
        Assert.False(delete.HasExited);
        await kubectl.OkAsync("-n", ns, "patch", "cm", "held", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");
        await delete.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, delete.ExitCode);
        Assert.Null(await GetAsync(ns, "held"));
    }

    [Theory]
    [InlineData("background", null)]
    [InlineData("foreground", "foregroundDeletion")]
    [InlineData("orphan", "orphan")]
    public async Task Cascade_becomes_the_finalizer_the_collector_looks_for(string cascade, string? finalizer)
    {
        var ns = await kubectl.NamespaceAsync("cascade");
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", ""), "-n", ns);
        var result = await kubectl.RunAsync("-n", ns, "delete", "cm", "a", $"--cascade={cascade}", "--wait=false");
        if (result.Error.Contains("invalid argument", StringComparison.Ordinal))
        {
            Assert.Skip("this kubectl is older than --cascade=background");
        }

        Assert.Equal(0, result.Code);
        var left = await GetAsync(ns, "a");
        Assert.Equal(finalizer, left?.Metadata().Array("finalizers")?.Single()?.GetValue<string>());
    }

    [Fact]
    public async Task Wait_sees_conditions_and_deletion()
    {
        var ns = await kubectl.NamespaceAsync("wait");
        await kubectl.ApplyAsync(Manifests.Web, "-n", ns);
        using var wait = kubectl.Start(["-n", ns, "wait", "deploy/web", "--for=condition=Available", "--timeout=60s"]);
        await kubectl.Server.Api.PatchAsync(
            ResourceTypes.Deployments, ns, "web", PatchKind.Merge,
            JsonNode.Parse("""{"status":{"conditions":[{"type":"Available","status":"True"}]}}""")!, WriteQuery.Status, CancellationToken.None);
        Assert.Contains("condition met", await wait.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);

        // Older ones call an object that is gone before they look an error: delete when this one watches, as its log tells.
        using var gone = kubectl.Start(["-n", ns, "wait", "deploy/web", "--for=delete", "--timeout=60s", "-v=6"]);
        while (await gone.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) is { } line && !line.Contains("watch=true", StringComparison.Ordinal))
        {
        }

        await kubectl.OkAsync("-n", ns, "delete", "deploy", "web");
        await gone.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, gone.ExitCode);
    }

    private async Task<JsonObject?> GetAsync(string ns, string name)
    {
        try
        {
            return await kubectl.Server.Api.GetAsync(ResourceTypes.ConfigMaps, ns, name, CancellationToken.None);
        }
        catch (KubernetesApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
