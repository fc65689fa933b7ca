using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>The controller runs with the rights of its manifest and no others.</summary>
public sealed class ControllerRightsTests
{
    private const string Controller = "-n inlet-system -l app.kubernetes.io/component=controller";

    [Fact]
    public async Task Right_taken_from_the_controller_is_missing_in_its_log()
    {
        await using var inlet = await InletUp.StartAsync([]);
        Assert.DoesNotContain("forbidden", await LogAsync(inlet), StringComparison.Ordinal);

        // The first rule is the one to read Ingresses.
        await inlet.KubectlAsync("patch clusterrole inlet-controller --type=json -p [{\"op\":\"remove\",\"path\":\"/rules/0\"}]");
        await inlet.KubectlAsync($"delete pod {Controller} --wait=false");
        await Eventually.HoldsAsync(
            "the new controller is refused",
            async () => (await LogAsync(inlet)).Contains("cannot list resource \"ingresses\" in API group \"networking.k8s.io\" at the cluster scope", StringComparison.Ordinal));
    }

    private static async Task<string> LogAsync(InletUp inlet) => (await inlet.TryKubectlAsync($"logs {Controller} --tail=-1".Split(' '))).Output;
}
