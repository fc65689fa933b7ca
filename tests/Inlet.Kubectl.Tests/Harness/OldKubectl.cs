using System.Diagnostics;

namespace Inlet.Kubectl.Tests.Harness;

/// <summary>
/// Debian's kubectl (1.20): the old end of what has to work, and one that knows SPDY alone. Taken from Debian's archive once
/// for a test run, without being installed.
/// </summary>
internal static class OldKubectl
{
    private static readonly Lazy<Task<string?>> Program = new(FetchAsync);

    /// <summary>Its path; skips the test where there is no Debian archive.</summary>
    public static async Task<string> RequireAsync()
    {
        var program = await Program.Value;
        Assert.SkipWhen(program is null, "Debian's kubernetes-client cannot be had here (apt-get download)");
        return program!;
    }

    private static async Task<string?> FetchAsync()
    {
        if (!File.Exists("/usr/bin/apt-get") || !File.Exists("/usr/bin/dpkg"))
        {
            return null;
        }

        var directory = Directory.CreateTempSubdirectory("inlet-kubectl-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        return await RunAsync(directory, "apt-get", "download", "-q", "kubernetes-client") == 0
            && Directory.GetFiles(directory, "*.deb") is [var package]
            && await RunAsync(directory, "dpkg", "-x", package, "files") == 0
            ? Path.Combine(directory, "files/usr/bin/kubectl")
            : null;
    }

    private static async Task<int> RunAsync(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
