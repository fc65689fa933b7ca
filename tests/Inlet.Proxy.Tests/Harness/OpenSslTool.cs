using System.Diagnostics;

namespace Inlet.Proxy.Tests;

/// <summary>The openssl program, in a directory of its own: it can do, and tells, what .NET does not.</summary>
public sealed class OpenSslTool : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("inlet-openssl-").FullName;

    public void Write(string name, string content) => File.WriteAllText(Path.Combine(Directory, name), content);

    public byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Directory, name));

    /// <summary>Runs it to its end; what it printed.</summary>
    public async Task<string> RunAsync(string arguments, string input = "")
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return await output + await error;
    }

    /// <summary>Leaves it running; whoever starts it ends it.</summary>
    public Process Start(string arguments) => Process.Start(new ProcessStartInfo("openssl", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Directory,
    })!;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
