using System.Buffers;
using System.Globalization;

namespace Inlet.Translation;

/// <summary>
/// Reads the annotations of one object by their specs and reports every value that is not honoured. Grammar:
/// reference/ingress-annotations §0.1, so that values mean what they mean to ingress-nginx.
/// </summary>
internal sealed class AnnotationReader(IReadOnlyDictionary<string, string?>? annotations, Verdicts verdicts)
{
    private static readonly SearchValues<char> Basic =
        SearchValues.Create("-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    public Verdicts Verdicts { get; } = verdicts;

    public bool Has(AnnotationSpec spec) => annotations?.ContainsKey(spec.Key) == true;

    /// <summary>Go's ParseBool. Null when missing or invalid.</summary>
    public bool? Boolean(AnnotationSpec spec)
    {
        if (Text(spec) is not { } text)
        {
            return null;
        }

        switch (text)
        {
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                return true;
            case "0" or "f" or "F" or "false" or "FALSE" or "False":
                return false;
            default:
                Invalid(spec, text, "it has to be \"true\" or \"false\"");
                return null;
        }
    }

    /// <summary>An optional sign and digits. Null when missing or invalid.</summary>
    public int? Integer(AnnotationSpec spec)
    {
        if (Text(spec) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Invalid(spec, text, "it has to be a whole number");
        return null;
    }

    /// <summary>Letters, digits and <c>-._~/:</c>. Null when missing, empty or invalid.</summary>
    public string? Word(AnnotationSpec spec)
    {
        if (Text(spec) is not { } text)
        {
            return null;
        }

        if (!text.AsSpan().ContainsAnyExcept(Basic))
        {
            return text;
        }

        Invalid(spec, text, "it may hold letters, digits and the characters - . _ ~ / : only");
        return null;
    }

    public void Invalid(AnnotationSpec spec, string value, string reason)
    {
        var instead = spec.Default.Length == 0 ? "it is treated as not set" : $"the default \"{spec.Default}\" is in force";
        Verdicts.Defaulted(spec.Field, VerdictCodes.AnnotationInvalid, $"{spec.Key}: \"{value}\" is not valid: {reason}; {instead}.");
    }

    private string? Text(AnnotationSpec spec)
    {
        if (annotations is null || !annotations.TryGetValue(spec.Key, out var value))
        {
            return null;
        }

        var text = (value ?? "").Trim();
        if (text.Length == 0)
        {
            Invalid(spec, "", "it is empty");
            return null;
        }

        return text;
    }
}
