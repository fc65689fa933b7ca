namespace Inlet.Proxy;

/// <summary>How listeners find the spans of requests.</summary>
public static class RequestTraces
{
    /// <summary>Of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string SourceName = "Inlet.Proxy";
}
