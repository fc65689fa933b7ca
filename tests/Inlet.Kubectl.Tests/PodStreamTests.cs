using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

using Inlet.Kubectl.Tests.Harness;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Kubectl.Tests;

/// <summary>exec, attach, cp and port-forward with the newest kubectl (WebSockets) and with Debian's (SPDY).</summary>
public sealed partial class PodStreamTests(PodCluster cluster) : IClassFixture<PodCluster>
{
    private const string Newest = "newest";
    private const string Oldest = "1.20";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Exec_keeps_both_outputs_apart_and_hands_on_the_exit_code(string client)
    {
        var kubectl = await ClientAsync(client);
        var pod = await cluster.PodAsync("exec");
        var result = await kubectl.RunAsync(["exec", pod, "--", "sh", "-c", "echo out; echo err >&2; exit 3"], null);
        Assert.Equal((3, "out\n"), (result.Code, result.Out));
        Assert.Contains("err\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("exit code 3", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Exec_passes_input_on_to_its_end_and_megabytes_back(string client)
    {
        var kubectl = await ClientAsync(client);
        var pod = await cluster.PodAsync("input");
        var input = string.Concat(Enumerable.Range(0, 200_000).Select(i => $"line {i}\n"));
        var result = await kubectl.RunAsync(["exec", "-i", pod, "--", "cat"], input);
        Assert.Equal(0, result.Code);
        Assert.True(result.Out == input, $"{input.Length} characters sent, {result.Out.Length} came back; {result.Error}");
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Exec_of_a_program_that_does_not_exist_says_so(string client)
    {
        var kubectl = await ClientAsync(client);
        var error = await kubectl.FailsAsync("exec", await cluster.PodAsync("nothing"), "--", "no-such-program");
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Exec_on_a_terminal_has_its_size_and_job_control(string client)
    {
        var kubectl = await ClientAsync(client);
        var pod = await cluster.PodAsync("terminal");
        using var process = kubectl.StartOnTerminal("exec", "-it", pod, "--", "sh", "-c", "trap 'echo caught; exit 7' INT; tty; stty size; while :; do sleep 0.05; done");
        await ReadUntilAsync(process, text => SizeLine().IsMatch(text));
        await process.StandardInput.WriteAsync('\x3');
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        await ReadUntilAsync(process, text => text.Contains("caught", StringComparison.Ordinal));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(7, process.ExitCode);
    }

    [Fact]
    public async Task Exec_ends_with_the_client_that_asked_for_it()
    {
        var pod = await cluster.PodAsync("gone");
        var mark = $"inlet-mark-{pod}";
        using var process = cluster.Kubectl.Start(["exec", pod, "--", "sh", "-c", $": {mark}; echo started; while :; do sleep 0.1; done"]);
        Assert.Equal("started", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        process.Kill();
        await Wait.UntilAsync(() => !Directory.EnumerateDirectories("/proc").Any(p => CommandLine(p).Contains($": {mark};", StringComparison.Ordinal)), "the command to be gone");
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Attach_reads_and_writes_the_container_itself(string client)
    {
        var kubectl = await ClientAsync(client);
        var pod = await cluster.PodAsync("attach", "while read line; do echo \"got $line\"; done; echo end; exec sleep 1000", ""","stdin":true,"stdinOnce":true""");
        using var process = kubectl.Start(["attach", "-i", pod]);
        await process.StandardInput.WriteLineAsync("one");
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal("got one", await LineAsync(process));
        process.StandardInput.Close();
        Assert.Equal("end", await LineAsync(process));
        Assert.Contains("got one\nend\n", await cluster.Kubectl.OkAsync("logs", pod), StringComparison.Ordinal);
        process.Kill();
    }

    [Fact]
    public async Task Run_with_input_and_removal_is_one_command()
    {
        var result = await cluster.Kubectl.RunAsync(
            ["run", "once", "--image=process", "-i", "--rm", "--restart=Never", "--command", "--", "sh", "-c", "cat; echo done"], "hello\n");
        Assert.True(result.Code == 0, result.All);
        Assert.Contains("done", result.Out, StringComparison.Ordinal);
        Assert.Contains("pod \"once\" deleted", result.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Files_are_copied_both_ways(string client)
    {
        var kubectl = await ClientAsync(client);
        var pod = await cluster.PodAsync("copy");
        var name = $"copied-{pod}";
        var content = new byte[3_000_000];
        Random.Shared.NextBytes(content);
        var here = Path.Combine(cluster.Directory, $"{name}-here");
        var there = Path.Combine(cluster.Directory, $"{name}-there");
        await File.WriteAllBytesAsync(here, content, TestContext.Current.CancellationToken);
        await kubectl.OkAsync("cp", Path.GetFileName(here), $"{pod}:{there}");
        Assert.Equal(content, await File.ReadAllBytesAsync(there, TestContext.Current.CancellationToken));
        await kubectl.OkAsync("cp", $"{pod}:{there}", $"{name}-back");
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(cluster.Directory, $"{name}-back"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(Newest)]
    [InlineData(Oldest)]
    public async Task Port_forward_carries_many_connections_and_tells_what_fails(string client)
    {
        var kubectl = await ClientAsync(client);
        using var target = new EchoServer();
        var pod = await cluster.PodAsync("forward");
        using var process = kubectl.Start(["port-forward", $"pod/{pod}", $":{target.Port}"]);
        var local = int.Parse(Forwarding().Match(await LineAsync(process) ?? "").Groups[1].Value, CultureInfo.InvariantCulture);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EchoServer.CheckAsync(local, 100_000 + i)));

        target.Dispose();
        await EchoServer.CheckRefusedAsync(local);
        var error = "";
        while (!error.Contains($"an error occurred forwarding", StringComparison.Ordinal))
        {
            error = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken)
                ?? throw new EndOfStreamException("kubectl ended without a word");
        }

        process.Kill();
    }

    private async Task<Harness.Kubectl> ClientAsync(string client) =>
        client == Oldest ? cluster.With(await OldKubectl.RequireAsync()) : cluster.Kubectl;

    private static async Task<string?> LineAsync(Process process)
    {
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            if (line is null)
            {
                Assert.Fail($"kubectl ended: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
            }

            if (!line.Contains("If you don't see a command prompt", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    private static async Task ReadUntilAsync(Process process, Func<string, bool> condition)
    {
        var text = new StringBuilder();
        var buffer = new char[1024];
        while (!condition(text.ToString()))
        {
            var read = await process.StandardOutput.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            Assert.True(read > 0, $"kubectl ended after: {text}");
            text.Append(buffer, 0, read);
        }
    }

    private static string CommandLine(string processDirectory)
    {
        try
        {
            // The client's own arguments hold the mark too.
            var line = File.ReadAllText($"{processDirectory}/cmdline");
            return line.Contains("--kubeconfig", StringComparison.Ordinal) ? "" : line;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"/dev/pts/\d+\s+\d+ \d+")]
    private static partial Regex SizeLine();

    [GeneratedRegex(@"Forwarding from 127\.0\.0\.1:(\d+) -> ")]
    private static partial Regex Forwarding();
}
