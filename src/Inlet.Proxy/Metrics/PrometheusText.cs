using System.Globalization;
using System.Text;

namespace Inlet.Proxy;

/// <summary>The Prometheus text format, version 0.0.4.</summary>
internal readonly struct PrometheusText(TextWriter writer)
{
    public void Counter(string name, string help, double value)
    {
        Head(name, "counter", help);
        Sample(name, "", value);
    }

    public void Gauge(string name, string help, double value)
    {
        Head(name, "gauge", help);
        Sample(name, "", value);
    }

    public void Head(string name, string type, string help) => writer.Write($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="labels">Without braces, values escaped; empty for none.</param>
    public void Sample(string name, string labels, double value)
    {
        writer.Write(name);
        if (labels.Length > 0)
        {
            writer.Write('{');
            writer.Write(labels);
            writer.Write('}');
        }

        writer.Write(string.Create(CultureInfo.InvariantCulture, $" {value}\n"));
    }

    /// <summary>One series of a histogram, whose head is written.</summary>
    public void Histogram(string name, string labels, ReadOnlySpan<long> counts, long sumMicroseconds)
    {
        var comma = labels.Length > 0 ? "," : "";
        long total = 0;
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            total += counts[bucket];
            var bound = bucket < DurationHistogram.BoundsSeconds.Length
                ? DurationHistogram.BoundsSeconds[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
            Sample($"{name}_bucket", $"{labels}{comma}le=\"{bound}\"", total);
        }

        Sample($"{name}_sum", labels, sumMicroseconds / 1e6);
        Sample($"{name}_count", labels, total);
    }

    public static string Label(string name, string value) =>
        $"{name}=\"{new StringBuilder(value).Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")}\"";
}
