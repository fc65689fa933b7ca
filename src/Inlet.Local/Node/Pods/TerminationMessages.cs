using System.Text;
using Inlet.Kubernetes;
using Inlet.Local.Node.Logs;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Pods;

/// <summary>
/// What a container's status says about its end: with <c>terminationMessagePolicy: FallbackToLogsOnError</c>, the last of its
/// log when it failed (Kubernetes: 80 lines or 2048 bytes).
/// </summary>
internal static class TerminationMessages
{
    private const int Lines = 80;
    private const int Bytes = 2048;

    public static string Read(ContainerUnit unit, ProcessExit exit)
    {
        if (exit.Code == 0 || unit.Spec.String("terminationMessagePolicy") != "FallbackToLogsOnError" || unit.Log is not { } log)
        {
            return "";
        }

        using var text = new MemoryStream();
        var query = new PodLogQuery("", "", "", unit.Name, Follow: false, Previous: false, Timestamps: false, Lines, null, null);
        new LogReader(log.ContainerDirectory, log.Attempt, null, query).CopyAsync(text, CancellationToken.None).GetAwaiter().GetResult();
        var bytes = text.ToArray();
        return Encoding.UTF8.GetString(bytes.Length > Bytes ? bytes[^Bytes..] : bytes);
    }
}
