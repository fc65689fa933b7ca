using Microsoft.Extensions.Logging;

namespace Inlet.Local.Node.Services.Relays;

/// <summary>What the relays log: never a connection that went well. Next free id: 5204.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(5201, LogLevel.Error, "A relayed connection was closed by an unexpected error; the others go on")]
    public static partial void ConnectionFailed(ILogger logger, Exception error);

    [LoggerMessage(5202, LogLevel.Warning, "Cannot accept connections to Services for a moment: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);

    [LoggerMessage(5203, LogLevel.Debug, "No endpoint took a connection to a Service, the last tried was {Endpoint}: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, System.Net.IPEndPoint endpoint, string reason);
}
