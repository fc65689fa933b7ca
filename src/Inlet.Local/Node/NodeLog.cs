using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node;

/// <summary>Everything the node agent logs, its network and Services apart. Event ids are never reused; the next free one is 8.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(2, LogLevel.Warning, "{Resource}: {Message}; trying again")]
    public static partial void WatchFailed(ILogger logger, string resource, string message);

    [LoggerMessage(3, LogLevel.Error, "pod {Pod}: a step failed and is tried again")]
    public static partial void PodFailed(ILogger logger, string pod, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "status of pod {Pod} not written: {Message}; trying again")]
    public static partial void StatusFailed(ILogger logger, string pod, string message);

    [LoggerMessage(5, LogLevel.Warning, "{What} of pod {Pod} not removed: {Message}")]
    public static partial void NotRemoved(ILogger logger, string what, string pod, string message);

    [LoggerMessage(6, LogLevel.Warning, "node {Node} not written: {Message}; trying again")]
    public static partial void NodeFailed(ILogger logger, string node, string message);

    [LoggerMessage(7, LogLevel.Warning, "log of container {Container} is missing lines: {Message}")]
    public static partial void LogIncomplete(ILogger logger, string container, string message);
}
