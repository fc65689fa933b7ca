using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Network;

/// <summary>What the pods' network logs. Next free id: 5102.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(5101, LogLevel.Warning, "Pod network {Name} could not be removed from this machine: {Reason}")]
    public static partial void NotRemoved(ILogger logger, string name, string reason);
}
