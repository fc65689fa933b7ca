using Microsoft.Extensions.Logging;

namespace Inlet.Local.ApiServer.Http;

/// <summary>What the API server logs; next free id: 3.</summary>
internal static partial class ApiServerLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "the answer to {Method} {Path} was cut off")]
    public static partial void AnswerFailed(this ILogger logger, string method, string path, Exception exception);
}
