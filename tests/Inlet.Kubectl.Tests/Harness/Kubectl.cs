using System.Diagnostics;
using System.Text;

namespace Inlet.Kubectl.Tests.Harness;

/// <param name="Code">Exit status.</param>
public sealed record KubectlResult(int Code, string Out, string Error)
{
    /// <summary>Both streams, for assertions that do not care which one kubectl chose.</summary>
    public string All => Out + Error;
}

/// <summary>A kubectl program with a kubeconfig and a cache of its own.</summary>
/// <param name="program">Name on the PATH, or a path.</param>
/// <param name="directory">Where it runs, and keeps its cache.</param>
public sealed class Kubectl(string program, string directory, string kubeconfig)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Directory => directory;

    /// <summary>Runs to its end and expects success.</summary>
    public async Task<string> OkAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments, input: null);
        Assert.True(result.Code == 0, $"kubectl {string.Join(' ', arguments)} exited with {result.Code}:\n{result.All}");
        return result.Out;
    }

    /// <summary>Runs to its end and expects a refusal; the answer is standard error.</summary>
    public async Task<string> FailsAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments, input: null);
        Assert.True(result.Code != 0, $"kubectl {string.Join(' ', arguments)} succeeded:\n{result.All}");
        return result.Error;
    }

    /// <param name="input">For <c>-f -</c>.</param>
    /// <param name="environment">Besides the test run's own.</param>
    public async Task<KubectlResult> RunAsync(string[] arguments, string? input, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
        }

        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end within {Limit}:\n{await output}{await error}");
        }

        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Applies manifests given as text.</summary>
    public async Task<string> ApplyAsync(string yaml, params string[] arguments)
    {
        var result = await RunAsync(["apply", "-f", "-", .. arguments], yaml);
        Assert.True(result.Code == 0, $"kubectl apply exited with {result.Code}:\n{result.All}");
        return result.Out;
    }

    /// <summary>A kubectl that goes on (<c>get -w</c>); the caller ends and disposes it.</summary>
    public Process Start(string[] arguments, params (string Name, string Value)[] environment) =>
        Start(program, [.. Configuration(arguments), .. arguments], environment);

    /// <summary>One that believes it has a terminal, as <c>-it</c> needs.</summary>
    public Process StartOnTerminal(params string[] arguments)
    {
        string[] words = [program, .. Configuration(arguments), .. arguments];
        return Start("script", ["-qec", string.Join(' ', words.Select(w => $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'")), "/dev/null"]);
    }

    private Process Start(string executable, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = directory,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // A proxy or a kubeconfig of the machine has no part in this.
        foreach (var name in (string[])["KUBECONFIG", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{executable} could not be started");
    }

    private string[] Configuration(string[] arguments) =>
    [
        .. arguments.Contains("--kubeconfig") ? (string[])[] : ["--kubeconfig", kubeconfig],
        "--cache-dir", Path.Combine(directory, "cache"),
    ];
}
