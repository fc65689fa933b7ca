namespace Inlet.Model;

/// <summary>Each request of a route is also sent to another place, whose answer interests nobody. The request itself never waits for it.</summary>
/// <param name="Target">An absolute http or https URL.</param>
public sealed record MirrorPolicy(ValueTemplate Target)
{
    /// <summary>The Host it gets; null: that of <see cref="Target"/>.</summary>
    public string? Host { get; init; }

    /// <summary>Bodies go along, if they are not too large to be kept for it; then the request is not mirrored.</summary>
    public bool WithBody { get; init; } = true;
}
