using System.Globalization;
using System.Text;
using Inlet.Kubernetes;
using Inlet.Local.Node;
using Inlet.Local.Node.Logs;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Logs;

public sealed class LogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("inlet-logs-").FullName;

    [Fact]
    public async Task Output_and_errors_of_a_pod_come_with_times_and_in_part()
    {
        await using var run = await NodeRun.StartAsync();
        var before = DateTimeOffset.UtcNow;
        await run.CreateShellPodAsync("p", "echo one; echo two >&2; echo three; printf unfinished; exec sleep 1000");
        await run.WaitLogAsync("p", "three");

        Assert.Equal(["one", "three", "two"], (await run.LogsAsync("p")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        var stamped = await run.LogsAsync("p", q => q with { Timestamps = true });
        var time = DateTimeOffset.Parse(stamped.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(time, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(5, (await run.LogsAsync("p", q => q with { LimitBytes = 5 })).Length);
        Assert.Single((await run.LogsAsync("p", q => q with { TailLines = 1 })).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", await run.LogsAsync("p", q => q with { Since = DateTimeOffset.UtcNow.AddMinutes(1) }));
        Assert.Equal("", await run.LogsAsync("p", q => q with { TailLines = 0 }));
    }

    [Fact]
    public async Task Following_goes_on_until_the_container_ends()
    {
        await using var run = await NodeRun.StartAsync();
        var go = Path.Combine(run.Root, "go");
        await run.CreateShellPodAsync("p", $"echo first; while ! test -e {go}; do sleep 0.01; done; echo last", morePod: ""","restartPolicy":"Never" """);
        await run.WaitLogAsync("p", "first");
        var following = run.LogsAsync("p", q => q with { Follow = true });

        await File.WriteAllTextAsync(go, "", TestContext.Current.CancellationToken);

        Assert.Equal("first\nlast\n", await following);
    }

    [Fact]
    public async Task Previous_instance_is_kept_after_a_restart()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync("p", $"test -e {flag} && echo second && exec sleep 1000; touch {flag}; echo first; exit 1");

        await run.WaitLogAsync("p", "second");

        Assert.Equal("second\n", await run.LogsAsync("p"));
        Assert.Equal("first\n", await run.LogsAsync("p", q => q with { Previous = true }));
    }

    [Fact]
    public async Task Container_that_waits_has_no_log_and_says_why()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", ""","env":[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"late","key":"k"}}}]""");
        await run.WaitWaitingAsync("p", "CreateContainerConfigError");

        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => run.LogsAsync("p"));

        Assert.Equal(400, refused.Code);
        Assert.Equal("container \"app\" in pod \"p\" is waiting to start: CreateContainerConfigError", refused.Message);
    }

    [Fact]
    public async Task Previous_instance_that_never_was_is_refused()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo up; exec sleep 1000");
        await run.WaitLogAsync("p", "up");

        var refused = await Assert.ThrowsAsync<KubernetesApiException>(() => run.LogsAsync("p", q => q with { Previous = true }));

        Assert.Equal("previous terminated container \"app\" in pod \"p\" not found", refused.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Lines_survive_any_cut_of_the_stream(int size)
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => new string((char)('a' + (i % 26)), i % 97) + "\n")) + new string('x', 40_000) + "\nend";
        var bytes = Encoding.UTF8.GetBytes(text);
        using (var log = new ContainerLog(_directory, 0, TimeProvider.System))
        {
            for (var i = 0; i < bytes.Length; i += size)
            {
                log.WriteOutput(bytes.AsSpan(i, Math.Min(size, bytes.Length - i)));
            }
        }

        Assert.Equal(text + "\n", await ReadAsync());
    }

    [Fact]
    public async Task Full_segments_are_followed_by_new_ones_and_the_oldest_go()
    {
        using (var log = new ContainerLog(_directory, 0, TimeProvider.System, segmentBytes: 2000))
        {
            for (var i = 0; i < 1000; i++)
            {
                log.WriteOutput(Encoding.UTF8.GetBytes($"line {i}\n"));
            }
        }

        var lines = (await ReadAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, Directory.GetFiles(_directory).Length);
        Assert.Equal("line 999", lines[^1]);
        Assert.InRange(lines.Length, 100, 300);
        Assert.Equal(Enumerable.Range(1000 - lines.Length, lines.Length).Select(i => $"line {i}"), lines);
        for (var tail = 0; tail <= lines.Length; tail++)
        {
            Assert.Equal(lines[^tail..], (await ReadAsync(q => q with { TailLines = tail })).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public async Task Follower_misses_nothing_while_segments_change()
    {
        const int Lines = 20_000;
        using var log = new ContainerLog(_directory, 0, TimeProvider.System, segmentBytes: 100_000);
        using var output = new MemoryStream();
        var query = new PodLogQuery("", "", "", "", Follow: true, false, false, null, null, null);
        var following = Task.Run(() => new LogReader(_directory, 0, log, query).CopyAsync(output, TestContext.Current.CancellationToken));

        for (var i = 0; i < Lines; i++)
        {
            log.WriteOutput(Encoding.UTF8.GetBytes($"{i}\n"));
            if (i % 1000 == 0)
            {
                var seen = $"\n{i}\n";
                await Wait.UntilAsync(() => i == 0 || Copy(output).Contains(seen, StringComparison.Ordinal), $"the follower to see line {i}");
            }
        }

        log.Dispose();
        await following;
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => i.ToString(CultureInfo.InvariantCulture)), Copy(output).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Copy(MemoryStream output) => Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);

    private async Task<string> ReadAsync(Func<PodLogQuery, PodLogQuery>? configure = null)
    {
        var query = new PodLogQuery("", "", "", "", false, false, false, null, null, null);
        using var output = new MemoryStream();
        await new LogReader(_directory, 0, null, configure?.Invoke(query) ?? query).CopyAsync(output, TestContext.Current.CancellationToken);
        return Copy(output);
    }
}
