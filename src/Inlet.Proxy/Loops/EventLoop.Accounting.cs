using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>What is counted and logged about a request: begun when its head is read, ended once, however it ends.</summary>
internal sealed partial class EventLoop
{
    private readonly AccessLog? _accessLog;

    /// <summary>Null while nothing is traced.</summary>
    private readonly RequestTracing? _tracing;

    private readonly IdSource _ids = new();

    private void BeginAccount(ClientConnection client, ReadOnlySpan<byte> source, CompiledRoute? route)
    {
        client.Host = _counters.Host(_options.MetricsPerHost ? route?.HostNumber ?? 0 : 0);
        if (_accessLog is not null && route?.Policies.Unlogged is not true)
        {
            client.LogText ??= _buffers.Rent(BufferPool.SmallBytes);
            _accessLog.Begin(client, _request, source, route);
        }
    }

    private void BeginRefusedAccount(ClientConnection client, ReadOnlySpan<byte> source)
    {
        client.Host = _counters.Host(0);
        if (_accessLog is not null)
        {
            client.LogText ??= _buffers.Rent(BufferPool.SmallBytes);
            _accessLog.BeginRefused(client, source);
        }
    }

    /// <summary>An answer's status is known. Counted before it is sent, so that whoever has read an answer finds it counted.</summary>
    private void CountAnswer(ClientConnection client, int status)
    {
        client.Status = status;
        var statusClass = Math.Min(status / 100, 5);
        _counters.RequestsByClass[statusClass]++;
        client.Host!.RequestsByClass[statusClass]++;
    }

    private void CountUpstreamAnswer(ClientConnection client)
    {
        client.UpstreamMicroseconds = _microseconds - client.SentAt;
        _counters.UpstreamDuration.Observe(client.UpstreamMicroseconds);
    }

    private void EndAccount(ClientConnection client)
    {
        if (!client.InRequest)
        {
            return;
        }

        client.InRequest = false;
        ReturnBuffer(ref client.Added);
        ReturnBuffer(ref client.ErrorRequest);
        ReturnBuffer(ref client.Copy);
        if (client.LimitPlace >= 0)
        {
            _shared.RequestLimits.Concurrency.GiveBack(client.LimitPlace);
            client.LimitPlace = ConcurrencyTable.NotCounted;
        }

        client.AddedLength = 0;
        if (client.Status == 0)
        {
            _counters.ClientAborts++;
            client.Status = FailureResponses.ClientClosedRequest;
        }

        if (_tracing is not null)
        {
            RequestTracing.End(client);
        }

        var took = _microseconds - client.StartedAt;
        if (client.Host is { } host)
        {
            host.BytesReceived += client.RequestBytes;
            host.BytesSent += client.AnswerBodyBytes;
            host.Duration.Observe(took);
        }

        if (_accessLog is not null && client.LogText is not null)
        {
            _accessLog.End(client, client.Backend >= 0 ? _backends.KeyOf(client.Backend) : null, took);
            ReturnBuffer(ref client.LogText);
        }
    }
}
