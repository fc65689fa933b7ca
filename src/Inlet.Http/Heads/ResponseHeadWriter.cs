namespace Inlet.Http;

/// <summary>Writes the head that goes to the client.</summary>
public static class ResponseHeadWriter
{
    /// <param name="framing">As the client gets it; <see cref="BodyFraming.UntilClose"/> only with <paramref name="close"/>.</param>
    /// <param name="close">Announces that the connection ends with this response.</param>
    /// <param name="toHttp10">The client speaks HTTP/1.0 and must be told when the connection stays.</param>
    /// <param name="filter">Null: every field passes.</param>
    /// <param name="extraFields">Whole field lines of the proxy's own, each with its CRLF.</param>
    /// <returns>Bytes written, or -1 when <paramref name="destination"/> is too small.</returns>
    public static int Write(
        ResponseHead head, ReadOnlySpan<byte> source, BodyFraming framing, bool close, bool toHttp10, Span<byte> destination,
        IFieldFilter? filter = null, ReadOnlySpan<byte> extraFields = default)
    {
        var writer = new ByteWriter(destination);
        writer.Append("HTTP/1.1 "u8);
        writer.Append(head.Status);
        writer.Append(" "u8);
        writer.Append(head.Reason(source));
        writer.Append("\r\n"u8);
        CopyFields(head, source, filter, ref writer);
        writer.Append(extraFields);

        var block = head.Block;
        if (head.Status == 101)
        {
            writer.Append("Connection: Upgrade\r\n"u8);
            if (block.UpgradeIndex >= 0)
            {
                writer.AppendField("Upgrade: "u8, block.Fields[block.UpgradeIndex].Value(source));
            }
        }
        else if (!head.IsInterim)
        {
            AppendFraming(head, framing, toHttp10, ref writer);
            writer.Append(close ? "Connection: close\r\n"u8 : toHttp10 ? "Connection: keep-alive\r\n"u8 : default);
        }

        writer.Append("\r\n"u8);
        return writer.Overflowed ? -1 : writer.Length;
    }

    private static void AppendFraming(ResponseHead head, BodyFraming framing, bool toHttp10, ref ByteWriter writer)
    {
        var block = head.Block;
        if (framing == BodyFraming.Chunked || (framing == BodyFraming.None && block.Chunked && head.Status != 204 && !toHttp10))
        {
            // The second case answers HEAD: the fields are those of the GET (RFC 9110 §9.3.2).
            writer.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (block.ContentLength >= 0 && framing != BodyFraming.UntilClose && head.Status != 204)
        {
            writer.Append("Content-Length: "u8);
            writer.Append(block.ContentLength);
            writer.Append("\r\n"u8);
        }
    }

    private static void CopyFields(ResponseHead head, ReadOnlySpan<byte> source, IFieldFilter? filter, ref ByteWriter writer)
    {
        int runStart = 0, runEnd = 0;
        foreach (ref readonly var field in head.Block.Fields)
        {
            var passes = !field.Nominated && field.Kind is not (FieldKind.Connection or FieldKind.HopByHop or FieldKind.Upgrade
                or FieldKind.TransferEncoding or FieldKind.ContentLength);
            if (!passes)
            {
                continue;
            }

            if (filter is not null && filter.Concerns(field.Name(source)))
            {
                writer.Append(source[runStart..runEnd]);
                runStart = runEnd = field.LineEnd;
                filter.Replace(field.Name(source), field.Value(source), ref writer);
                continue;
            }

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
    }
}
