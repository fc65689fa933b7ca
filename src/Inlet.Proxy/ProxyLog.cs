using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>What the data plane logs: never a request that went well. Next free id: 2016.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(2001, LogLevel.Error, "Connection {Connection} was closed by an unexpected error; the loop goes on")]
    public static partial void ConnectionFailed(ILogger logger, Exception error, int connection);

    [LoggerMessage(2002, LogLevel.Warning, "Cannot accept connections for a moment: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);

    [LoggerMessage(2012, LogLevel.Information, "Client {Client} takes its answer too slowly and is cut off, {Bytes} bytes and what the kernel holds were left")]
    public static partial void ClientTakesTooLittle(ILogger logger, string client, int bytes);

    [LoggerMessage(2013, LogLevel.Information, "A connection of client {Client} was closed at once: it has {Most} open already")]
    public static partial void ConnectionRefused(ILogger logger, System.Net.IPAddress client, int most);

    [LoggerMessage(2014, LogLevel.Warning, "{Most} client connections are open, as many as may be: new ones wait, idle ones are closed")]
    public static partial void ConnectionsFull(ILogger logger, int most);

    [LoggerMessage(2015, LogLevel.Warning, "Requests are answered 503, no connection to their endpoints can be opened here: {Reason}")]
    public static partial void NoSocketForEndpoint(ILogger logger, string reason);

    [LoggerMessage(2003, LogLevel.Information, "Listening on {Address} for {Scheme}, {Loops} event loops")]
    public static partial void Listening(ILogger logger, string address, string scheme, int loops);

    [LoggerMessage(2004, LogLevel.Warning, "{Message}")]
    public static partial void CertificateRefused(ILogger logger, string message);

    [LoggerMessage(2005, LogLevel.Debug, "Request to {Endpoint} failed: {Failure}")]
    public static partial void UpstreamFailed(ILogger logger, string endpoint, Failure failure);

    [LoggerMessage(2006, LogLevel.Information, "Client {Client} was answered {Status}: {Offender}")]
    public static partial void RequestRefused(ILogger logger, string client, int status, string offender);

    [LoggerMessage(2007, LogLevel.Information, "{Count} more refused requests in that second are not listed")]
    public static partial void RefusalsLeftOut(ILogger logger, int count);

    [LoggerMessage(2011, LogLevel.Warning, "Health check: endpoint {Endpoint} is {State}")]
    public static partial void HealthChanged(ILogger logger, string endpoint, string state);

    [LoggerMessage(2010, LogLevel.Warning, "Endpoint {Endpoint} of {Backend} is left out for a while after {Failures} failures in a row, the last: {Failure}")]
    public static partial void EndpointEjected(ILogger logger, string endpoint, string backend, int failures, Failure failure);

    [LoggerMessage(2009, LogLevel.Warning, "The access log cannot be written, lines are lost: {Reason}")]
    public static partial void AccessLogFailed(ILogger logger, string reason);

    [LoggerMessage(2008, LogLevel.Error, "An event loop met an unexpected error outside of any connection and goes on")]
    public static partial void LoopFailed(ILogger logger, Exception error);
}
