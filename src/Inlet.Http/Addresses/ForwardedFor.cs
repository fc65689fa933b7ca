namespace Inlet.Http;

/// <summary>Finds the client in a chain of proxies.</summary>
public static class ForwardedFor
{
    /// <summary>
    /// Walks the X-Forwarded-For fields from their end, past every address that is a trusted proxy's own, to the first that is
    /// not: further left stands only what that one claimed. Something that is no address ends the walk before it.
    /// </summary>
    /// <param name="hops">Above 0, so many proxies stand before us, the peer among them, whatever their addresses: the walk passes them and no more.</param>
    /// <param name="peer">The trusted peer that sent the fields; the answer where they hold nothing better.</param>
    /// <returns>A piece of <paramref name="source"/>, or <paramref name="peer"/>.</returns>
    public static ReadOnlySpan<byte> FindClient(RequestHead head, ReadOnlySpan<byte> source, AddressRanges trusted, int hops, ReadOnlySpan<byte> peer)
    {
        var client = peer;
        var passed = 0;
        var fields = head.Block.Fields;
        for (var index = fields.Length - 1; index >= 0; index--)
        {
            if (fields[index].Kind != FieldKind.XForwardedFor)
            {
                continue;
            }

            var rest = fields[index].Value(source);
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf((byte)',');
                var text = Bare(HttpSyntax.TrimWhitespace(rest[(comma + 1)..]));
                rest = comma < 0 ? default : rest[..comma];
                if (!AddressText.TryParse(text, out var address))
                {
                    return client;
                }

                client = text;
                if (hops > 0 ? ++passed == hops : !trusted.Contains(address))
                {
                    return client;
                }
            }
        }

        return client;
    }

    /// <summary>Some proxies write <c>[v6]</c>, <c>[v6]:port</c> or <c>v4:port</c>.</summary>
    private static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("["u8))
        {
            var end = text.IndexOf((byte)']');
            return end < 0 ? default : text[1..end];
        }

        var colon = text.IndexOf((byte)':');
        return colon >= 0 && text[(colon + 1)..].IndexOf((byte)':') < 0 ? text[..colon] : text;
    }
}
