namespace Inlet.Kubernetes;

/// <summary>Something in the watched files that is not in force.</summary>
/// <param name="File">Path as found.</param>
/// <param name="Message">Names file, line and column.</param>
public sealed record FileProblem(string File, string Message);
