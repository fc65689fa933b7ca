using Inlet.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services;

/// <summary>What the keeping of Service ports logs. Next free id: 5305.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(5301, LogLevel.Warning, "Service relay: {Message}")]
    public static partial void BindFailed(ILogger logger, string message);

    [LoggerMessage(5302, LogLevel.Warning, "An Event of Service {Service} could not be written: {Reason}")]
    public static partial void EventFailed(ILogger logger, string service, string reason);

    [LoggerMessage(5303, LogLevel.Warning, "Following {Resource} failed and is tried again: {Reason}")]
    public static partial void WatchFailed(ILogger logger, ResourceType resource, string reason);

    [LoggerMessage(5304, LogLevel.Error, "Service {Service} cannot be relayed as it is now; the others are not affected")]
    public static partial void ChangeFailed(ILogger logger, Exception error, string service);
}
