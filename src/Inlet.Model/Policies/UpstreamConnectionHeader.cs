namespace Inlet.Model;

/// <summary>A Connection field that endpoints get although the connection's fate is ours.</summary>
public enum UpstreamConnectionHeader
{
    None,
    Close,
    KeepAlive,
}
