using System.Net;
using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>examples/walkthrough/2-virtual-hosts-and-canary.yaml</summary>
public sealed class CanaryTests(Walkthrough walkthrough)
{
    private const string Url = "http://www.app.com/version";

    [Fact]
    public async Task A_tenth_of_the_requests_reaches_the_weighted_canary()
    {
        using var browser = walkthrough.Browser();
        var canary = 0;

        for (var i = 0; i < 10_000; i++)
        {
            canary += await VersionAsync(browser) == "v2" ? 1 : 0;
        }

        Assert.InRange(canary, 900, 1100);
    }

    [Fact]
    public async Task The_header_canary_takes_every_request_that_carries_its_value()
    {
        using var browser = walkthrough.Browser();

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal("v2", await VersionAsync(browser, ("Accept-Language", "kr")));
        }

        var others = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            others.Add(await VersionAsync(browser, ("Accept-Language", "en")));
        }

        Assert.Contains("v1", others);
    }

    [Fact]
    public async Task Another_host_is_not_taken_by_the_virtual_host()
    {
        using var browser = walkthrough.Browser();

        Assert.Equal("shopping", await browser.NameAsync("http://other.app.com/version"));
    }

    [Fact]
    public async Task A_changed_weight_takes_effect_without_a_failed_request()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var failed = 0;
        var sent = 0;
        var load = Task.Run(
            async () =>
            {
                using var browser = walkthrough.Browser();
                while (!stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref sent);
                    if (await browser.StatusAsync(Url) != HttpStatusCode.OK)
                    {
                        Interlocked.Increment(ref failed);
                    }
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            using var browser = walkthrough.Browser();
            foreach (var (weight, only) in new[] { (100, "v2"), (0, "v1"), (100, "v2") })
            {
                await WeightAsync(weight);
                await Eventually.HoldsAsync($"only {only} answers at weight {weight}", async () =>
                {
                    var seen = new HashSet<string>();
                    for (var i = 0; i < 50; i++)
                    {
                        seen.Add(await VersionAsync(browser));
                    }

                    return seen.SetEquals([only]);
                });
            }
        }
        finally
        {
            await stop.CancelAsync();
            await load;
            await WeightAsync(10);
        }

        Assert.True(sent > 100, $"{sent} requests are no load");
        Assert.Equal(0, failed);
    }

    private Task WeightAsync(int weight) =>
        walkthrough.Inlet.KubectlAsync($"annotate --overwrite ingress canary-v2 nginx.ingress.kubernetes.io/canary-weight={weight}");

    private static async Task<string> VersionAsync(Browser browser, params (string, string)[] headers) => (string)(await browser.DemoAsync(Url, headers))["version"]!;
}
