using System.Text.Json.Nodes;

namespace Inlet.Bench.Results;

/// <summary>All samples of one case, and what they say.</summary>
internal sealed record CaseResult
{
    public required string Case { get; init; }

    public required string Title { get; init; }

    /// <summary>Of <see cref="Sample.Value"/>.</summary>
    public required string Unit { get; init; }

    public required string Baseline { get; init; }

    public required IReadOnlyList<Budget> Budgets { get; init; }

    /// <summary>Row → what was measured there, with its version.</summary>
    public required IReadOnlyDictionary<string, string> Rows { get; init; }

    public required IReadOnlyList<Sample> Samples { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }

    public required JsonObject Machine { get; init; }

    /// <summary>Free text under the table.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public IEnumerable<Sample> Of(string row) => Samples.Where(sample => sample.Row == row);

    public Spread Values(string row) => Spread.Of(Of(row).Select(static sample => sample.Value));

    /// <summary>Ratios within each round: what disturbs the machine for minutes disturbs both sides of a ratio.</summary>
    public Spread Ratio(string row, string against) => Spread.Of(
        from sample in Of(row)
        join other in Of(against) on sample.Round equals other.Round
        select sample.Value / other.Value);
}
