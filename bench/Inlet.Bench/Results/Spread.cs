using System.Globalization;

namespace Inlet.Bench.Results;

/// <summary>A median with the extremes around it.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length == 0 ? new Spread(double.NaN, double.NaN, double.NaN)
            : new Spread(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }

    /// <param name="decimals">Null chooses by size.</param>
    public string ToText(int? decimals = null)
    {
        var format = decimals is { } given ? $"F{given}" : Median >= 100 ? "F0" : Median >= 10 ? "F1" : "F2";
        string One(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return double.IsNaN(Median) ? "–" : $"{One(Median)} ({One(Min)}–{One(Max)})";
    }
}
