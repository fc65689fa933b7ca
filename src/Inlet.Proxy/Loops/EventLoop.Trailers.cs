using Inlet.Http;

namespace Inlet.Proxy;

/// <summary>Trailer sections on their way, in either direction: kept until they are whole, then filtered.</summary>
internal sealed partial class EventLoop
{
    private readonly byte[] _trailers = new byte[ChunkedDecoder.MaxTrailerBytes];

    /// <summary>Takes what a read brought of a trailer section.</summary>
    /// <param name="kept">Of the connection the section comes on.</param>
    /// <returns>The fields to send on, once the section is <paramref name="whole"/>; mostly none.</returns>
    private ReadOnlySpan<byte> TakeTrailers(ref KeptTrailers kept, ReadOnlySpan<byte> section, bool whole)
    {
        if (section.IsEmpty || (whole && kept.Length == 0 && section.Length == 2))
        {
            return default;
        }

        if (whole && kept.Length == 0)
        {
            return _trailers.AsSpan(0, TrailerSection.CopyFields(section, _trailers));
        }

        kept.Bytes ??= _buffers.Rent(ChunkedDecoder.MaxTrailerBytes);
        section.CopyTo(kept.Bytes.AsSpan(kept.Length));
        kept.Length += section.Length;
        if (!whole)
        {
            return default;
        }

        var written = TrailerSection.CopyFields(kept.Bytes.AsSpan(0, kept.Length), _trailers);
        ForgetTrailers(ref kept);
        return _trailers.AsSpan(0, written);
    }

    private void ForgetTrailers(ref KeptTrailers kept)
    {
        ReturnBuffer(ref kept.Bytes);
        kept.Length = 0;
    }
}
