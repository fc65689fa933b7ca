namespace Inlet.Bench.Results;

/// <summary>One number measured several times, on its own rather than beside a peer's.</summary>
/// <param name="Limit">The budget for its median, in the same unit; null for a number that is only told.</param>
internal sealed record Figure(string Name, string Unit, IReadOnlyList<double> Values, double? Limit = null);
