using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services.Names;

/// <summary>What the cluster's DNS logs: never a question. Next free id: 5402.</summary>
internal static partial class DnsLog
{
    [LoggerMessage(5401, LogLevel.Warning, "Cluster DNS: {Reason}; the next question is not affected")]
    public static partial void Failed(ILogger logger, string reason);
}
