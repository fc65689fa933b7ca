using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>Everything this room logs. Event ids are never removed or reused; the next free one is 14.</summary>
internal static partial class ControllerLog
{
    [LoggerMessage(1, LogLevel.Information, "serving http on port {HttpPort}, https on port {HttpsPort}, health and metrics on port {AdminPort}")]
    public static partial void Serving(ILogger logger, int httpPort, int httpsPort, int adminPort);

    [LoggerMessage(2, LogLevel.Information, "routing table in force: {Hosts} hosts, made in {Milliseconds:0.0} ms")]
    public static partial void Published(ILogger logger, int hosts, double milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "{Object}: {Code}: {Message}")]
    public static partial void Verdict(ILogger logger, string @object, string code, string message);

    [LoggerMessage(4, LogLevel.Warning, "{Resource}: {Message}; trying again")]
    public static partial void WatchFailed(ILogger logger, string resource, string message);

    [LoggerMessage(5, LogLevel.Warning, "{Kind} {Name} cannot be read and counts as absent: {Message}")]
    public static partial void Unreadable(ILogger logger, string kind, string name, string message);

    [LoggerMessage(6, LogLevel.Error, "a change could not be taken in: {Change}")]
    public static partial void ChangeFailed(ILogger logger, string change, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "status of Ingress {Name} not written: {Message}; trying again")]
    public static partial void StatusFailed(ILogger logger, string name, string message);

    [LoggerMessage(8, LogLevel.Warning, "Event about {Object} ({Code}) not written: {Message}")]
    public static partial void EventFailed(ILogger logger, string @object, string code, string message);

    [LoggerMessage(9, LogLevel.Warning, "{Message}")]
    public static partial void FileProblem(ILogger logger, string message);

    [LoggerMessage(10, LogLevel.Information, "ready: the first full table is in force")]
    public static partial void Ready(ILogger logger);

    [LoggerMessage(11, LogLevel.Information, "draining: requests in flight may finish within {Seconds:0} s")]
    public static partial void Draining(ILogger logger, double seconds);

    [LoggerMessage(12, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(13, LogLevel.Error, "the new routes could not be put in force; the old ones stay")]
    public static partial void PublishFailed(ILogger logger, Exception exception);

    [LoggerMessage(20, LogLevel.Warning, "Lease {Lease} cannot be made: {Message}; trying again")]
    public static partial void LeaseFailed(ILogger logger, string lease, string message);

    [LoggerMessage(21, LogLevel.Information, "{Identity} {What}: the leader writes status")]
    public static partial void Leadership(ILogger logger, string identity, string what);
}
