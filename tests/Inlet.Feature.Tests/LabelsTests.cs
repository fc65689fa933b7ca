using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>examples/walkthrough/4-labels-and-selectors.yaml</summary>
public sealed class LabelsTests(Walkthrough walkthrough)
{
    private const string Url = "http://colour.app.com/";

    private InletUp Inlet => walkthrough.Inlet;

    [Fact]
    public async Task A_service_follows_an_edit_of_its_selector()
    {
        using var browser = walkthrough.Browser();
        Assert.Equal("blue", await browser.NameAsync(Url));

        await SelectAsync("green");
        try
        {
            await Eventually.HoldsAsync("green answers", async () => await browser.NameAsync(Url) == "green");
        }
        finally
        {
            await SelectAsync("blue");
        }

        await Eventually.HoldsAsync("blue answers again", async () => await browser.NameAsync(Url) == "blue");
    }

    [Fact]
    public async Task A_pod_whose_label_changes_leaves_the_service_and_is_replaced()
    {
        using var browser = walkthrough.Browser();
        var pod = (await Inlet.KubectlAsync("get pods -l app=colour,colour=blue -o name")).Trim();

        await Inlet.KubectlAsync($"label --overwrite {pod} colour=grey");
        await Eventually.HoldsAsync("another blue pod answers", async () =>
        {
            using var response = await browser.SendAsync(Url, ("Accept", "application/json"));
            return response.IsSuccessStatusCode && !(await response.Content.ReadAsStringAsync()).Contains(pod["pod/".Length..], StringComparison.Ordinal);
        });

        // The ReplicaSet let go of it: deleting it is up to whoever took it out.
        Assert.Contains(pod, await Inlet.KubectlAsync("get pods -l colour=grey -o name"), StringComparison.Ordinal);
        await Inlet.KubectlAsync($"delete {pod}");
    }

    [Theory]
    [InlineData("colour=blue", 1)]
    [InlineData("colour==green", 1)]
    [InlineData("app=colour,colour!=blue", 1)]
    [InlineData("colour in (blue,green)", 2)]
    [InlineData("app=colour,colour notin (blue)", 1)]
    [InlineData("colour", 2)]
    [InlineData("app=colour,!colour", 0)]
    public async Task Equality_and_set_selectors_choose_deployments(string selector, int count)
    {
        var result = await Inlet.TryKubectlAsync(["get", "deployments", "-l", selector, "-o", "name"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(count, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Annotations_are_kept_and_shown()
    {
        await Inlet.KubectlAsync("annotate --overwrite ingress colour example.com/owner=team-paint");

        Assert.Equal("team-paint", (string)(await Inlet.GetAsync("ingress colour"))["metadata"]!["annotations"]!["example.com/owner"]!);
        Assert.Contains("example.com/owner: team-paint", await Inlet.KubectlAsync("describe ingress colour"), StringComparison.Ordinal);
        await Inlet.KubectlAsync("annotate ingress colour example.com/owner-");
    }

    private Task SelectAsync(string colour) =>
        Inlet.KubectlAsync($"patch service colour --type=merge -p {{\"spec\":{{\"selector\":{{\"colour\":\"{colour}\"}}}}}}");
}
