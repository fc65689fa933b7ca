namespace Inlet.Proxy;

/// <summary>Answers that may not go faster than their route says: the loop reads no more of them from the endpoint than may go.</summary>
internal sealed partial class EventLoop
{
    // Less would be a system call for every few bytes.
    private const long SmallestPiece = 4096;

    /// <returns>Bytes of the answer that may be read now; 0 when it is not time yet.</returns>
    private int AllowedNow(ClientConnection client, int most)
    {
        if (client.Policies.Bandwidth is not { } policy)
        {
            return most;
        }

        if (!client.ResponseHeadDone)
        {
            // What comes behind the head in one read goes with it.
            return (int)Math.Min(most, SmallestPiece);
        }

        if (client.PacedSince == 0)
        {
            client.PacedSince = _microseconds;
        }

        var allowed = policy.After + (long)((_microseconds - client.PacedSince) / 1e6 * policy.BytesPerSecond) - client.AnswerBodyBytes;
        return allowed >= Math.Min(SmallestPiece, policy.BytesPerSecond) ? (int)Math.Min(allowed, most) : 0;
    }

    /// <summary>How long until the next piece may go; null when it may now.</summary>
    private TimeSpan? PaceOf(ClientConnection client)
    {
        if (client.Policies.Bandwidth is not { } policy || client.PacedSince == 0 || client.OutLength > 0 || !client.Upstream!.Readable || AllowedNow(client, ReadBytes) > 0)
        {
            return null;
        }

        var missing = client.AnswerBodyBytes + Math.Min(SmallestPiece, policy.BytesPerSecond) - policy.After;
        var at = client.PacedSince + (long)(missing * 1e6 / policy.BytesPerSecond);
        return TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((at - _microseconds) / 1000.0)));
    }
}
