namespace Inlet.Model;

/// <summary>A route's own limit for request bodies.</summary>
/// <param name="MaxBytes">Larger bodies are answered 413; null: no limit.</param>
public sealed record BodySizePolicy(long? MaxBytes);
