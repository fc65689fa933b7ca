using System.CommandLine;
using Inlet.Proxy;

namespace Inlet.Cli.Commands;

/// <summary><c>--access-log</c>: a form, written to standard output; a file, in the combined form; or a form and a file, <c>json:FILE</c>.</summary>
internal static class AccessLogOption
{
    public static Option<string> Create() => new("--access-log")
    {
        Description = "Log every request: a form (to standard output), a file (combined form), or both as json:FILE",
        HelpName = "off|json|combined|FILE",
        DefaultValueFactory = static _ => "off",
    };

    /// <returns>Null for <c>off</c>.</returns>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static AccessLogOptions? Open(string text) => text.Split(':', 2) switch
    {
        ["off"] => null,
        ["json"] => new(AccessLogFormat.Json, Console.OpenStandardOutput()),
        ["combined"] => new(AccessLogFormat.Combined, Console.OpenStandardOutput()),
        ["json", var file] => new(AccessLogFormat.Json, Append(file)),
        ["combined", var file] => new(AccessLogFormat.Combined, Append(file)),
        _ => new(AccessLogFormat.Combined, Append(text)),
    };

    private static FileStream Append(string file)
    {
        try
        {
            // The writer brings whole batches: a second buffer would only delay them.
            return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"--access-log {file}: {exception.Message}", exception);
        }
    }
}
