using System.Text;
using Inlet.Http;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>
/// Names the clients whose requests one loop refused, and what in them. At most <see cref="MaxLinesPerSecond"/>: whoever
/// sends bad requests by the thousand must not fill the disk; how many were left out is said.
/// </summary>
internal sealed class RefusalLog(ILogger logger)
{
    public const int MaxLinesPerSecond = 20;

    private long _second;
    private int _lines;
    private int _leftOut;

    public void Head(ClientConnection client, HttpRefusal refusal, ReadOnlySpan<byte> head, long nowMilliseconds)
    {
        if (MayWrite(nowMilliseconds))
        {
            Write(client, FailureResponses.OfRefusal(refusal), $"{refusal}: {HeadOffender.Describe(head, refusal)}");
        }
    }

    /// <summary>The head did not end in time.</summary>
    public void SlowHead(ClientConnection client, long nowMilliseconds)
    {
        if (MayWrite(nowMilliseconds))
        {
            Write(client, Failure.ClientTooSlow, $"{client.InLength} bytes of a request head and not its end: "
                + HeadOffender.Describe(client.In.AsSpan(0, client.InLength), HttpRefusal.None));
        }
    }

    /// <summary>The answer was not taken in time.</summary>
    public void SlowReader(ClientConnection client, long nowMilliseconds)
    {
        if (MayWrite(nowMilliseconds))
        {
            ProxyLog.ClientTakesTooLittle(logger, Encoding.ASCII.GetString(client.AddressText), client.OutLength);
        }
    }

    public void Connection(System.Net.IPAddress address, int most, long nowMilliseconds)
    {
        if (MayWrite(nowMilliseconds))
        {
            ProxyLog.ConnectionRefused(logger, address, most);
        }
    }

    public void Body(ClientConnection client, Failure failure, long? maxBytes, long nowMilliseconds)
    {
        if (MayWrite(nowMilliseconds))
        {
            var announced = client.RequestChunked ? "chunked" : $"{client.RequestBytes + client.RequestLeft} bytes announced";
            var limit = failure == Failure.BodyTooLarge ? $", limit {maxBytes}" : "";
            Write(client, failure, $"request body: {announced}, {client.RequestBytes} bytes received{limit}");
        }
    }

    private void Write(ClientConnection client, Failure failure, string offender) =>
        ProxyLog.RequestRefused(logger, Encoding.ASCII.GetString(client.AddressText), FailureResponses.StatusOf(failure).Status, offender);

    private bool MayWrite(long nowMilliseconds)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return false;
        }

        var second = nowMilliseconds / 1000;
        if (second != _second)
        {
            if (_leftOut > 0)
            {
                ProxyLog.RefusalsLeftOut(logger, _leftOut);
            }

            _second = second;
            _lines = _leftOut = 0;
        }

        if (_lines == MaxLinesPerSecond)
        {
            _leftOut++;
            return false;
        }

        _lines++;
        return true;
    }
}
