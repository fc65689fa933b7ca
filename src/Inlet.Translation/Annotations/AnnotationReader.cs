using System.Buffers;
using System.Globalization;
using Inlet.Kubernetes;

namespace Inlet.Translation;

/// <summary>
/// Reads the annotations of one object by their specs and reports every value that is not honoured. Grammar:
/// reference/ingress-annotations §0.1, so that values mean what they mean to ingress-nginx.
/// </summary>
internal sealed class AnnotationReader(IReadOnlyDictionary<string, string?>? annotations, Verdicts verdicts)
{
    private static readonly SearchValues<char> Basic =
        SearchValues.Create("-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    private static readonly SearchValues<char> OfUrl =
        SearchValues.Create("-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~?#[]@!&'()*+,;=%");

    private const string AuthenticationUrl = AnnotationSpec.Prefix + "auth-url";
    private const string GlobalAuthentication = AnnotationSpec.Prefix + "enable-global-auth";

    public Verdicts Verdicts { get; } = verdicts;

    public IngressBehaviour Behaviour { get; init; }

    /// <summary>What holds where the object says nothing, by key.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    /// <summary>A value for which ingress-nginx does not take the Ingress over at all.</summary>
    public bool Dropped { get; private set; }

    /// <summary>A setting that protects something could not be honoured: nothing of this Ingress may be served.</summary>
    public bool Closed { get; private set; }

    /// <summary>Characters of a URL (RFC 3986 §2) but for <c>$</c>, which would look like a variable. Null when missing or invalid.</summary>
    public string? Url(AnnotationSpec spec)
    {
        var text = Text(spec);
        if (text is null || !text.AsSpan().ContainsAnyExcept(OfUrl))
        {
            return text;
        }

        Invalid(spec, text, "it may hold the characters of a URL only, and no $");
        return null;
    }

    /// <summary>The object says something, or a default holds for it.</summary>
    public bool IsSet(AnnotationSpec spec) => Has(spec) || DefaultOf(spec) is not null;

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

    /// <summary>Whole seconds from 1 on. Null when missing or invalid.</summary>
    public TimeSpan? Seconds(AnnotationSpec spec)
    {
        if (Integer(spec) is not { } seconds)
        {
            return null;
        }

        if (seconds > 0)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        Invalid(spec, $"{seconds}", "it has to be at least 1 second");
        return null;
    }

    /// <summary><c>on</c> or <c>off</c>. Null when missing or invalid.</summary>
    public bool? Switch(AnnotationSpec spec)
    {
        switch (Text(spec))
        {
            case "on":
                return true;
            case "off":
                return false;
            case { } text:
                Invalid(spec, text, "it has to be \"on\" or \"off\"");
                return null;
            default:
                return null;
        }
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

    /// <summary>As <see cref="Word"/>, and spaces. Null when missing, empty or invalid.</summary>
    public string? Phrase(AnnotationSpec spec)
    {
        if (Text(spec) is not { } text)
        {
            return null;
        }

        if (!text.Replace(" ", "", StringComparison.Ordinal).AsSpan().ContainsAnyExcept(Basic))
        {
            return text;
        }

        Invalid(spec, text, "it may hold letters, digits, spaces and the characters - . _ ~ / : only");
        return null;
    }

    /// <summary>Reports a value and does what its spec says an invalid one means.</summary>
    public void Invalid(AnnotationSpec spec, string value, string reason) => Invalid(spec, VerdictCodes.AnnotationInvalid, value, reason);

    /// <inheritdoc cref="Invalid(AnnotationSpec, string, string)"/>
    public void Invalid(AnnotationSpec spec, string code, string value, string reason)
    {
        var problem = $"{spec.Key}{(Has(spec) ? "" : " (of the controller's ConfigMap)")}: \"{Shortened(value)}\" is not valid: {reason}";
        // Its validators do not look at empty values.
        if (Behaviour == IngressBehaviour.IngressNginx && value.Length > 0 && NginxRefusals.Drops(spec.Name))
        {
            Dropped = true;
            Closed |= spec.WhenInvalid == WhenInvalid.Close;
            Verdicts.Refused(spec.Field, code, $"{problem}; this version of the Ingress is not served.");
            return;
        }

        if (spec.WhenInvalid == WhenInvalid.Close)
        {
            Closed = true;
            Verdicts.Refused(spec.Field, code, $"{problem}; every request of this Ingress is answered 503.");
            return;
        }

        var instead = spec.Default.Length == 0 ? "it is treated as not set" : $"the default \"{spec.Default}\" is in force";
        Verdicts.Defaulted(spec.Field, code, $"{problem}; {instead}.");
    }

    /// <summary>Closes the routes because the annotation, whatever its value, cannot be honoured.</summary>
    public void Close(AnnotationSpec spec, string because)
    {
        Closed = true;
        Verdicts.Refused(spec.Field, VerdictCodes.AnnotationNotSupported, $"{spec.Key} {because}; every request of this Ingress is answered 503.");
    }

    /// <summary>Says that the annotation changes nothing, and why.</summary>
    public void WithoutEffect(AnnotationSpec spec, string because)
    {
        if (Has(spec))
        {
            Verdicts.Refused(spec.Field, VerdictCodes.AnnotationWithoutEffect, $"{spec.Key} has no effect {because}.");
        }
    }

    /// <summary>Says that a valid value changes nothing; where ingress-nginx's ways are followed its spec's note says it already.</summary>
    public void Differs(AnnotationSpec spec, string because)
    {
        if (Behaviour != IngressBehaviour.IngressNginx)
        {
            WithoutEffect(spec, because);
        }
    }

    /// <summary>The value without the white space around it. Null when missing; an empty one is invalid.</summary>
    public string? Text(AnnotationSpec spec)
    {
        if (annotations is null || !annotations.TryGetValue(spec.Key, out var value))
        {
            return DefaultOf(spec);
        }

        var text = (value ?? "").Trim();
        if (text.Length == 0)
        {
            Invalid(spec, "", "it is empty");
            return DefaultOf(spec);
        }

        return text;
    }

    /// <summary>The authentication of all Ingresses goes as a whole: not where one has its own, or does without.</summary>
    private string? DefaultOf(AnnotationSpec spec)
    {
        if (!Defaults.TryGetValue(spec.Key, out var value))
        {
            return null;
        }

        var isGlobalAuthentication = spec.Name.StartsWith("auth-", StringComparison.Ordinal);
        return isGlobalAuthentication && (annotations?.ContainsKey(AuthenticationUrl) == true || annotations?.GetValueOrDefault(GlobalAuthentication)?.Trim() is "false" or "0" or "f" or "F" or "FALSE" or "False")
            ? null : value.Trim();
    }

    /// <summary>As <see cref="Text"/>, for a family that says itself what an empty value means.</summary>
    public string? RawText(AnnotationSpec spec) =>
        annotations?.GetValueOrDefault(spec.Key)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>An object in the Ingress's own namespace, written <c>namespace/name</c>, or <c>name</c> where that is enough.</summary>
    /// <returns>Null when missing or invalid.</returns>
    public ObjectKey? Object(AnnotationSpec spec, string ns, bool nameIsEnough = false)
    {
        if (Text(spec) is not { } text)
        {
            return null;
        }

        switch (text.Split('/'))
        {
            case [var name] when nameIsEnough && IsObjectName(name):
                return new ObjectKey(ns, name);
            case [var of, var name] when IsObjectName(of) && IsObjectName(name):
                if (of == ns)
                {
                    return new ObjectKey(of, name);
                }

                Invalid(spec, text, $"the object has to be in the Ingress's own namespace, {ns}");
                return null;
            default:
                Invalid(spec, text, nameIsEnough ? "it has to be written name or namespace/name" : "it has to be written namespace/name");
                return null;
        }
    }

    private static bool IsObjectName(string text) => HostNames.Normalise(text) is { Length: > 0 } name && name == text;

    // A verdict is read by people and stored in Events.
    internal static string Shortened(string value) => value.Length <= 100 ? value : $"{value.AsSpan(0, 100)}…";
}
