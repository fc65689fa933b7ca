namespace Inlet.Bench.Results;

/// <summary>What the project promises: the median ratio of one row to another stays at or below a limit.</summary>
/// <param name="IsStretch">A wish, not a promise.</param>
internal sealed record Budget(string Row, string Against, double Limit, bool IsStretch = false);
