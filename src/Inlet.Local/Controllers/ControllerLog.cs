using Microsoft.Extensions.Logging;

namespace Inlet.Local.Controllers;

/// <summary>Everything this room logs. Event ids are never removed or reused; the next free one is 5.</summary>
internal static partial class ControllerLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Resource}: {Message}; trying again")]
    public static partial void WatchFailed(ILogger logger, string resource, string message);

    [LoggerMessage(2, LogLevel.Warning, "{Controller}: {Key}: {Message}; trying again")]
    public static partial void SyncFailed(ILogger logger, string controller, string key, string message);

    [LoggerMessage(3, LogLevel.Error, "{Controller}: {Key} failed unexpectedly; trying again")]
    public static partial void SyncBroke(ILogger logger, string controller, string key, Exception exception);
}
