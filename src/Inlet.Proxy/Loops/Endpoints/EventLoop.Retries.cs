using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>Trying another endpoint: always for what was never sent, by policy and budget for what was.</summary>
internal sealed partial class EventLoop
{
    /// <summary>Keeps what is sent first, while a stale connection or a failing endpoint may make it necessary again.</summary>
    private void KeepForReplay(ClientConnection client, ReadOnlySpan<byte> bytes)
    {
        if (!client.Idempotent && !client.Policies.Retries.NonIdempotent)
        {
            return;
        }

        client.Replay = _buffers.Rent(bytes.Length);
        bytes.CopyTo(client.Replay);
        client.ReplayLength = bytes.Length;
    }

    /// <summary>
    /// The connect was refused or took too long, or the connection was gone before it took a byte: the next endpoint may have
    /// the request whatever its method.
    /// </summary>
    private bool ConnectFailed(ClientConnection client, Failure failure)
    {
        _counters.UpstreamConnectFailures++;
        var failed = client.Upstream!;
        if (!MayTryOnce(client) || NextEndpoint(client) is not { } next)
        {
            return FailExchange(client, failure);
        }

        EndpointFailed(client, failed.Endpoint, failure);
        client.Tries++;
        var unsent = failed.Out;
        var (start, length) = (failed.OutStart, failed.OutLength);
        failed.Out = null;
        Close(failed);
        var goesOn = ConnectAndSend(client, next, unsent.AsSpan(start, length));
        ReturnBuffer(ref unsent);
        return goesOn;
    }

    /// <summary>A kept connection ended before the first byte of its answer: it was stale. Once more, on a fresh one.</summary>
    private bool ReplayOnFresh(ClientConnection client)
    {
        _counters.UpstreamReplays++;
        var stale = client.Upstream!;
        var endpoint = stale.Endpoint;
        Close(stale);
        return ConnectAndSend(client, endpoint, client.Replay.AsSpan(0, client.ReplayLength));
    }

    private bool MayTryOnce(ClientConnection client)
    {
        var policy = client.Policies.Retries;
        return client.Tries < policy.MaxTries
            && (policy.Within is not { } within || _microseconds - client.StartedAt < within.TotalMicroseconds);
    }

    private bool MayRetry(ClientConnection client, RetryOn reason)
    {
        if (reason == RetryOn.None || (client.Policies.Retries.On & reason) == 0 || client.Replay is null || client.ResponseHeadDone
            || !MayTryOnce(client) || !_backends.HasOther(client.Backend, client.Endpoint!))
        {
            return false;
        }

        if (_backends.TryTakeRetry(client.Backend))
        {
            return true;
        }

        _counters.RetriesOverBudget++;
        return false;
    }

    /// <summary>Sends the request once more, to another endpoint. The exchange begins anew; what is known of the client's side stays.</summary>
    private bool Retry(ClientConnection client)
    {
        _counters.Retries++;
        Close(client.Upstream!);
        client.ResponseStarted = false;
        client.ResponseDecoder = default;
        return SendToUpstream(client, client.Replay.AsSpan(0, client.ReplayLength));
    }

    private static RetryOn ReasonOf(Failure failure) => failure switch
    {
        Failure.UpstreamClosed => RetryOn.Error,
        Failure.UpstreamTimedOut => RetryOn.Timeout,
        Failure.UpstreamMalformed => RetryOn.InvalidAnswer,
        _ => RetryOn.None,
    };

    private static RetryOn ReasonOf(int status) => status switch
    {
        500 => RetryOn.Http500,
        502 => RetryOn.Http502,
        503 => RetryOn.Http503,
        504 => RetryOn.Http504,
        403 => RetryOn.Http403,
        404 => RetryOn.Http404,
        429 => RetryOn.Http429,
        _ => RetryOn.None,
    };
}
