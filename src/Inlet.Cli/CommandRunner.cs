using System.CommandLine;
using Inlet.Controller;
using Inlet.Kubernetes;
using Inlet.Local;
using Inlet.Local.ApiServer;
using Inlet.Local.Apply;
using Inlet.Local.Store;

namespace Inlet.Cli;

/// <summary>Runs one command and turns what can go wrong into one message on stderr and an exit code.</summary>
internal static class CommandRunner
{
    public const int Failed = 1;

    /// <summary>The command line, or a file it names, is not usable as it is.</summary>
    public const int UnusableInput = 2;

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"inlet: {error.Message}");
            }

            var command = string.Join(' ', parsed.CommandResult.Command.Parents.OfType<Command>().Append(parsed.CommandResult.Command).Select(static c => c.Name));
            await Console.Error.WriteLineAsync($"'{command} --help' lists what it takes.");
            return UnusableInput;
        }

        using var stop = new StopSignals();
        try
        {
            // The library's own handling of signals ends the process after a time of its choosing, before pods are stopped.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (ExitCode(exception) is { } code)
        {
            await Console.Error.WriteLineAsync($"inlet: {exception.Message}");
            return code;
        }
    }

    /// <summary>Null for what is a defect of ours: that one deserves its stack trace.</summary>
    private static int? ExitCode(Exception exception) => exception switch
    {
        ManifestException or ApplyException => UnusableInput,
        StoreUnusableException or LocalClusterException or ApiServerException or ControllerException or KubeConfigException => Failed,
        IOException or UnauthorizedAccessException or PlatformNotSupportedException => Failed,
        _ => null,
    };
}
