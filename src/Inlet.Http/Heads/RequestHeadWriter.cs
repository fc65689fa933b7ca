namespace Inlet.Http;

/// <summary>What the proxy knows about a request and its back end cannot see.</summary>
public readonly ref struct ForwardingFacts
{
    /// <summary>The IP address of who is connected to us, as text: it joins X-Forwarded-For.</summary>
    public required ReadOnlySpan<byte> PeerAddress { get; init; }

    /// <summary>The client's IP address: the peer's, or the one that trusted peers vouch for.</summary>
    public required ReadOnlySpan<byte> ClientAddress { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required ReadOnlySpan<byte> Scheme { get; init; }

    /// <summary>The port the client connected to, decimal.</summary>
    public required ReadOnlySpan<byte> Port { get; init; }

    public required ReadOnlySpan<byte> RequestId { get; init; }

    /// <summary>
    /// The peer may speak for its own clients: its X-Forwarded-For is continued, its other forwarding fields are kept where
    /// present. Otherwise all of them are overwritten.
    /// </summary>
    public required bool TrustPeer { get; init; }

    /// <summary>A trusted peer's X-Real-IP says more than we know: it sent no X-Forwarded-For.</summary>
    public bool KeepRealIp { get; init; }

    /// <summary>Also say it in a Forwarded field (RFC 7239).</summary>
    public bool SendForwarded { get; init; }

    /// <summary>The Host that is sent; empty sends the client's. X-Forwarded-Host is the client's in any case.</summary>
    public ReadOnlySpan<byte> Host { get; init; }

    /// <summary>Replaces the client's <c>traceparent</c>; empty leaves that as it is.</summary>
    public ReadOnlySpan<byte> TraceParent { get; init; }

    /// <summary><see cref="TraceParent"/> is of the client's own trace: what else it said of that goes along.</summary>
    public bool ContinuesTrace { get; init; }

    /// <summary>Whole field lines of the proxy's own, each with its CRLF.</summary>
    public ReadOnlySpan<byte> ExtraFields { get; init; }

    /// <summary>Of the client's fields that would pass; null lets all of them.</summary>
    public IFieldFilter? Filter { get; init; }
}

/// <summary>Writes the head that goes upstream: HTTP/1.1 with our own framing, without what belongs to the client's connection.</summary>
public static class RequestHeadWriter
{
    /// <param name="path">The canonical path: what was matched is what is forwarded.</param>
    /// <returns>Bytes written, or -1 when <paramref name="destination"/> is too small.</returns>
    public static int Write(
        RequestHead head, ReadOnlySpan<byte> source, ReadOnlySpan<byte> path, in ForwardingFacts facts, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Append(source[..head.MethodLength]);
        writer.Append(" "u8);
        writer.Append(path);
        writer.Append(head.Query(source));
        writer.Append(" HTTP/1.1\r\n"u8);
        writer.AppendField("Host: "u8, facts.Host.IsEmpty ? head.HostField(source) : facts.Host);

        var forwardedFor = CopyFields(head, source, facts, ref writer, out var kept);
        writer.Append("X-Forwarded-For: "u8);
        if (forwardedFor >= 0)
        {
            AppendForwardedFor(head, source, ref writer);
        }

        writer.AppendField(""u8, facts.PeerAddress);
        AppendUnlessKept(kept, FieldKind.XForwardedProto, "X-Forwarded-Proto: "u8, facts.Scheme, ref writer);
        AppendUnlessKept(kept, FieldKind.XForwardedHost, "X-Forwarded-Host: "u8, head.HostField(source), ref writer);
        AppendUnlessKept(kept, FieldKind.XForwardedPort, "X-Forwarded-Port: "u8, facts.Port, ref writer);
        AppendUnlessKept(kept, FieldKind.XRealIp, "X-Real-IP: "u8, facts.ClientAddress, ref writer);
        AppendUnlessKept(kept, FieldKind.XRequestId, "X-Request-ID: "u8, facts.RequestId, ref writer);
        if (facts.SendForwarded)
        {
            AppendForwarded(head, source, facts, ref writer);
        }

        if (!facts.TraceParent.IsEmpty)
        {
            writer.AppendField("traceparent: "u8, facts.TraceParent);
        }

        writer.Append(facts.ExtraFields);
        AppendFraming(head, source, ref writer);
        writer.Append("\r\n"u8);
        return writer.Overflowed ? -1 : writer.Length;
    }

    /// <summary>Copies what passes through, neighbouring lines in one piece.</summary>
    /// <param name="kept">One bit per <see cref="FieldKind"/> of the forwarding fields that were believed.</param>
    /// <returns>Index of a believed X-Forwarded-For, or -1.</returns>
    private static int CopyFields(RequestHead head, ReadOnlySpan<byte> source, in ForwardingFacts facts, ref ByteWriter writer, out uint kept)
    {
        kept = 0;
        var forwardedFor = -1;
        var fields = head.Block.Fields;
        int runStart = 0, runEnd = 0;
        for (var index = 0; index < fields.Length; index++)
        {
            ref readonly var field = ref fields[index];
            var passes = field.Kind switch
            {
                FieldKind.Other or FieldKind.Cookie => true,
                FieldKind.Expect => !head.IsHttp10,
                FieldKind.Trailer => head.Block.Chunked,
                FieldKind.TraceParent => facts.TraceParent.IsEmpty,
                FieldKind.TraceState => facts.TraceParent.IsEmpty || facts.ContinuesTrace,
                FieldKind.XForwardedProto or FieldKind.XForwardedHost or FieldKind.XForwardedPort
                    or FieldKind.XRequestId or FieldKind.Forwarded => facts.TrustPeer,
                FieldKind.XRealIp => facts.KeepRealIp,
                _ => false,
            };
            if (field.Kind == FieldKind.XForwardedFor && facts.TrustPeer)
            {
                forwardedFor = index;
            }

            if (!passes || field.Nominated)
            {
                continue;
            }

            if (facts.Filter is { } filter && filter.Concerns(field.Name(source)))
            {
                writer.Append(source[runStart..runEnd]);
                runStart = runEnd = field.LineEnd;
                filter.Replace(field.Name(source), field.Value(source), ref writer);
                continue;
            }

            kept |= 1u << (int)field.Kind;
            if (runEnd == field.NameStart)
            {
                runEnd = field.LineEnd;
                continue;
            }

            writer.Append(source[runStart..runEnd]);
            runStart = field.NameStart;
            runEnd = field.LineEnd;
        }

        writer.Append(source[runStart..runEnd]);
        return forwardedFor;
    }

    private static void AppendForwardedFor(RequestHead head, ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        foreach (ref readonly var field in head.Block.Fields)
        {
            if (field.Kind == FieldKind.XForwardedFor && field.ValueLength > 0)
            {
                writer.Append(field.Value(source));
                writer.Append(", "u8);
            }
        }
    }

    /// <summary>A line of its own: with those a trusted peer's fields brought it makes one list (RFC 9110 §5.3).</summary>
    private static void AppendForwarded(RequestHead head, ReadOnlySpan<byte> source, in ForwardingFacts facts, ref ByteWriter writer)
    {
        var v6 = facts.PeerAddress.Contains((byte)':');
        writer.Append(v6 ? "Forwarded: for=\"["u8 : "Forwarded: for="u8);
        writer.Append(facts.PeerAddress);
        writer.Append(v6 ? "]\";host=\""u8 : ";host=\""u8);
        writer.Append(head.HostField(source));
        writer.Append("\";proto="u8);
        writer.AppendField(""u8, facts.Scheme);
    }

    private static void AppendUnlessKept(
        uint kept, FieldKind kind, ReadOnlySpan<byte> nameAndColon, ReadOnlySpan<byte> value, ref ByteWriter writer)
    {
        if ((kept & (1u << (int)kind)) == 0)
        {
            writer.AppendField(nameAndColon, value);
        }
    }

    private static void AppendFraming(RequestHead head, ReadOnlySpan<byte> source, ref ByteWriter writer)
    {
        var block = head.Block;
        if (block.Chunked)
        {
            writer.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (block.ContentLength >= 0)
        {
            writer.Append("Content-Length: "u8);
            writer.Append(block.ContentLength);
            writer.Append("\r\n"u8);
        }

        if (head.WantsUpgrade)
        {
            writer.AppendField("Connection: Upgrade\r\nUpgrade: "u8, block.Fields[block.UpgradeIndex].Value(source));
        }
    }
}
