namespace Inlet.Http;

public enum RequestMethod : byte
{
    /// <summary>Any other token: forwarded as it is.</summary>
    Other,
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
}

/// <summary>
/// A request's head as positions in the bytes it was parsed from; the same shape whatever version of HTTP brought it. One
/// instance serves one request after the other.
/// </summary>
public sealed class RequestHead
{
    public FieldBlock Block { get; } = new();

    public RequestMethod Method { get; internal set; }

    /// <summary>The method's bytes start the head.</summary>
    public int MethodLength { get; internal set; }

    /// <summary>Path without query; empty length stands for <c>/</c> (an absolute-form target without a path).</summary>
    public int PathStart { get; internal set; }

    public int PathLength { get; internal set; }

    /// <summary>With its <c>?</c>; 0 when there is none.</summary>
    public int QueryLength { get; internal set; }

    public bool IsHttp10 { get; internal set; }

    /// <summary>The host's position, without port, brackets kept; length 0 on HTTP/1.0 without Host.</summary>
    public int HostStart { get; internal set; }

    public int HostLength { get; internal set; }

    /// <summary>Bytes of the whole head, its empty line included.</summary>
    public int Length { get; internal set; }

    /// <summary>Whether the connection may carry another request after this one (RFC 9112 §9.3).</summary>
    public bool KeepAlive => !Block.ConnectionClose && (!IsHttp10 || Block.ConnectionKeepAlive);

    /// <summary>RFC 9110 §9.2.2. An unknown method is taken not to be.</summary>
    public bool IsIdempotent => Method is RequestMethod.Get or RequestMethod.Head or RequestMethod.Put or RequestMethod.Delete or RequestMethod.Options;

    public bool HasBody => Block.Chunked || Block.ContentLength > 0;

    /// <summary>
    /// A request to change protocols (RFC 9110 §7.8). With a body, on HTTP/1.0 or to HTTP/2 it is an ordinary request: a tunnel
    /// of <c>h2c</c> would carry requests past every route, limit and check of ours.
    /// </summary>
    public bool WantsUpgrade => Block.ConnectionUpgrade && Block.UpgradeIndex >= 0 && !Block.UpgradesToHttp2 && !HasBody && !IsHttp10;

    public ReadOnlySpan<byte> Path(ReadOnlySpan<byte> source) => PathLength == 0 ? "/"u8 : source.Slice(PathStart, PathLength);

    public ReadOnlySpan<byte> Query(ReadOnlySpan<byte> source) => source.Slice(PathStart + PathLength, QueryLength);

    public ReadOnlySpan<byte> Host(ReadOnlySpan<byte> source) => source.Slice(HostStart, HostLength);

    /// <summary>The one <c>traceparent</c> field's value; empty when there is not exactly one.</summary>
    public ReadOnlySpan<byte> TraceParent(ReadOnlySpan<byte> source) =>
        Block.TraceParentIndex < 0 ? default : Block.Fields[Block.TraceParentIndex].Value(source);

    /// <summary>The Host field's port, 0 when it names none.</summary>
    public int Port(ReadOnlySpan<byte> source)
    {
        var field = HostField(source);
        var port = 0;
        // The parser has accepted nothing but digits here.
        foreach (var digit in field.Length > HostLength ? field[(HostLength + 1)..] : default)
        {
            port = (port * 10) + (digit - '0');
        }

        return port;
    }

    /// <summary>The Host field's value as sent, with port; empty when there is none.</summary>
    public ReadOnlySpan<byte> HostField(ReadOnlySpan<byte> source) =>
        Block.HostIndex < 0 ? default : Block.Fields[Block.HostIndex].Value(source);
}
