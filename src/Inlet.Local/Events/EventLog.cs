using Microsoft.Extensions.Logging;

namespace Inlet.Local.Events;

/// <summary>Everything this room logs. Event ids are never removed or reused; the next free one is 2.</summary>
internal static partial class EventLog
{
    [LoggerMessage(1, LogLevel.Warning, "Event {Reason} about {Object} not written: {Message}")]
    public static partial void Failed(ILogger logger, string @object, string reason, string message);
}
