using System.Globalization;
using System.Numerics;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>Resource quantities (Kubernetes "Quantity"): <c>500m</c>, <c>1.5Gi</c>, <c>1e3</c>.</summary>
internal static class Quantity
{
    private static readonly string[] BinarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly (string Suffix, int Exponent)[] DecimalSuffixes =
        [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

    /// <summary>
    /// The canonical spelling: no fraction, the largest suffix that keeps it so (<c>1000m</c> → <c>1</c>, <c>0.5</c> →
    /// <c>500m</c>, <c>1024Mi</c> → <c>1Gi</c>). Finer than a billionth rounds up.
    /// </summary>
    /// <returns>False when <paramref name="text"/> is no quantity.</returns>
    public static bool TryCanonical(string text, out string canonical)
    {
        canonical = "";
        if (!TryParse(text, out var nanos, out var style))
        {
            return false;
        }

        canonical = style switch
        {
            Style.Binary when BigInteger.Abs(nanos) >= 1024 * Billion && nanos % Billion == 0 => FormatBinary(nanos / Billion),
            Style.Exponent => FormatDecimal(nanos, exponentStyle: true),
            _ => FormatDecimal(nanos, exponentStyle: false),
        };
        return true;
    }

    /// <summary>The value in billionths, or null when <paramref name="text"/> is no quantity.</summary>
    public static BigInteger? Nanos(string text) => TryParse(text, out var nanos, out _) ? nanos : null;

    private static readonly BigInteger Billion = new(1_000_000_000);

    private enum Style
    {
        Decimal,
        Binary,
        Exponent,
    }

    private static bool TryParse(string text, out BigInteger nanos, out Style style)
    {
        nanos = 0;
        style = Style.Decimal;
        // Far above any real quantity; keeps arithmetic on a hostile text cheap.
        if (text.Length is 0 or > 64)
        {
            return false;
        }

        var i = text[0] is '+' or '-' ? 1 : 0;
        BigInteger digits = 0;
        int seen = 0, fraction = 0;
        var point = false;
        for (; i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] == '.' && !point)); i++)
        {
            if (text[i] == '.')
            {
                point = true;
                continue;
            }

            digits = (digits * 10) + (text[i] - '0');
            seen++;
            fraction += point ? 1 : 0;
        }

        if (seen == 0 || !TrySuffix(text[i..], out var exponent, out var binaryPower, out style))
        {
            return false;
        }

        var value = digits * BigInteger.Pow(1024, binaryPower);
        var scale = 9 + exponent - fraction;
        nanos = scale >= 0 ? value * BigInteger.Pow(10, scale) : DivideUp(value, BigInteger.Pow(10, -scale));
        nanos = text[0] == '-' ? -nanos : nanos;
        return true;
    }

    private static bool TrySuffix(string suffix, out int exponent, out int binaryPower, out Style style)
    {
        exponent = 0;
        binaryPower = Array.IndexOf(BinarySuffixes, suffix);
        style = Style.Binary;
        if (binaryPower > 0)
        {
            return true;
        }

        binaryPower = 0;
        style = Style.Decimal;
        foreach (var (name, power) in DecimalSuffixes)
        {
            if (name == suffix)
            {
                exponent = power;
                return true;
            }
        }

        style = Style.Exponent;
        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
            && exponent is >= -30 and <= 30;
    }

    private static string FormatBinary(BigInteger value)
    {
        var power = 0;
        while (power < BinarySuffixes.Length - 1 && value % 1024 == 0 && !value.IsZero)
        {
            value /= 1024;
            power++;
        }

        return value.ToString(CultureInfo.InvariantCulture) + BinarySuffixes[power];
    }

    private static string FormatDecimal(BigInteger nanos, bool exponentStyle)
    {
        if (nanos.IsZero)
        {
            return "0";
        }

        var index = 0;
        while (index < DecimalSuffixes.Length - 1 && nanos % 1000 == 0)
        {
            nanos /= 1000;
            index++;
        }

        var (suffix, exponent) = DecimalSuffixes[index];
        suffix = !exponentStyle ? suffix : exponent == 0 ? "" : $"e{exponent.ToString(CultureInfo.InvariantCulture)}";
        return nanos.ToString(CultureInfo.InvariantCulture) + suffix;
    }

    private static BigInteger DivideUp(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;
}
