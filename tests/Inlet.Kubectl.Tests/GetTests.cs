using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class GetTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Get_namespaces_prints_status_and_age()
    {
        var lines = (await kubectl.OkAsync("get", "ns")).Split('\n');
        Assert.Equal(["NAME", "STATUS", "AGE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("default", lines[1], StringComparison.Ordinal);
        Assert.Contains("Active", lines[1], StringComparison.Ordinal);
    }
}
