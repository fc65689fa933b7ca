namespace Inlet.Proxy;

/// <summary>How a line of the access log looks.</summary>
public enum AccessLogFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>The combined format that Apache and nginx made familiar.</summary>
    Combined,
}

/// <summary>Where the access log goes.</summary>
/// <param name="Output">
/// Written by one task outside of the event loops, never closed by the proxy. While it blocks, lines wait in a buffer of
/// <see cref="BufferBytes"/> per loop; what does not fit is dropped and counted: a full disk must not stop a request.
/// </param>
public sealed record AccessLogOptions(AccessLogFormat Format, Stream Output)
{
    /// <summary>Per loop, 64 KiB … 256 MiB, rounded up to a power of two.</summary>
    public int BufferBytes { get; init; } = 2 * 1024 * 1024;
}
