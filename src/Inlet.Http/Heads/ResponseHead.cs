namespace Inlet.Http;

/// <summary>How the end of a body is found (RFC 9112 §6.3).</summary>
public enum BodyFraming : byte
{
    None,
    Length,
    Chunked,

    /// <summary>Ends with the connection; responses only.</summary>
    UntilClose,
}

/// <summary>A response's head as positions in the bytes it was parsed from; reused from response to response.</summary>
public sealed class ResponseHead
{
    public FieldBlock Block { get; } = new();

    /// <summary>100 … 999.</summary>
    public int Status { get; internal set; }

    public bool IsHttp10 { get; internal set; }

    public int ReasonStart { get; internal set; }

    public int ReasonLength { get; internal set; }

    /// <summary>Bytes of the whole head, its empty line included.</summary>
    public int Length { get; internal set; }

    public bool IsInterim => Status < 200;

    public bool KeepAlive => !Block.ConnectionClose && (!IsHttp10 || Block.ConnectionKeepAlive);

    public ReadOnlySpan<byte> Reason(ReadOnlySpan<byte> source) => source.Slice(ReasonStart, ReasonLength);

    /// <param name="toHead">The request's method was HEAD: no body whatever the fields say.</param>
    public BodyFraming FramingFor(bool toHead)
    {
        if (toHead || IsInterim || Status is 204 or 304)
        {
            return BodyFraming.None;
        }

        if (Block.Chunked)
        {
            return BodyFraming.Chunked;
        }

        return Block.ContentLength switch
        {
            < 0 => BodyFraming.UntilClose,
            0 => BodyFraming.None,
            _ => BodyFraming.Length,
        };
    }
}
