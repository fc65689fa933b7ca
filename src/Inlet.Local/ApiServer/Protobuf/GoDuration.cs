using System.Globalization;

namespace Inlet.Local.ApiServer.Protobuf;

/// <summary>Go's <c>time.Duration</c> text, for <c>metav1.Duration</c> (<c>1h30m0s</c>, <c>1.5s</c>, <c>200ms</c>).</summary>
internal static class GoDuration
{
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return "0s";
        }

        var sign = nanoseconds < 0 ? "-" : "";
        var magnitude = Math.Abs((decimal)nanoseconds);
        var text = magnitude switch
        {
            < 1_000 => $"{Number(magnitude)}ns",
            < 1_000_000 => $"{Number(magnitude / 1_000)}µs",
            < 1_000_000_000 => $"{Number(magnitude / 1_000_000)}ms",
            _ => Seconds(magnitude / 1_000_000_000),
        };
        return sign + text;
    }

    private static string Seconds(decimal seconds)
    {
        var hours = Math.Truncate(seconds / 3600);
        var minutes = Math.Truncate(seconds / 60) - (hours * 60);
        var rest = $"{Number(seconds % 60)}s";
        return hours > 0 ? $"{Number(hours)}h{Number(minutes)}m{rest}" : minutes > 0 ? $"{Number(minutes)}m{rest}" : rest;
    }

    private static string Number(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
