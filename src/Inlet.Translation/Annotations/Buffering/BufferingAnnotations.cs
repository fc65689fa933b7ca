using System.Text.RegularExpressions;

namespace Inlet.Translation;

/// <summary>
/// Buffers of nginx that have no counterpart here: bodies are passed on as they come, both ways, and what waits for a slow peer is bounded
/// by one read. Values are checked all the same, so that a typing error is found before somebody else's proxy finds it.
/// </summary>
internal static partial class BufferingAnnotations
{
    private const string Streams = "because bodies are passed on as they come, within fixed bounds";

    private static readonly AnnotationSpec[] Sizes =
    [
        Spec("client-body-buffer-size", "size"), Spec("proxy-buffer-size", "size"), Spec("proxy-busy-buffers-size", "size"), Spec("proxy-max-temp-file-size", "size"),
    ];

    private static readonly AnnotationSpec[] Switches = [Spec("proxy-request-buffering", "on or off"), Spec("proxy-buffering", "on or off")];

    private static readonly AnnotationSpec Number = Spec("proxy-buffers-number", "integer");

    private static readonly AnnotationSpec Version = new("proxy-http-version", "1.0 or 1.1", "1.1", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The version of HTTP that endpoints are spoken to in: always 1.1, whose endpoints may still answer in 1.0.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Endpoints are spoken to in HTTP/1.1 whatever it says; they may answer in 1.0.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [.. Sizes, .. Switches, Number, Version];

    public static void Read(AnnotationReader reader)
    {
        foreach (var spec in Sizes)
        {
            if (reader.Text(spec) is { } size)
            {
                Report(reader, spec, size, Size().IsMatch(size), "it has to be a number of bytes, or one with k or m");
            }
        }

        foreach (var spec in Switches)
        {
            if (reader.Text(spec) is { } value)
            {
                Report(reader, spec, value, value is "on" or "off", "it has to be \"on\" or \"off\"");
            }
        }

        if (reader.Text(Number) is { } number)
        {
            Report(reader, Number, number, int.TryParse(number, out var count) && count > 0, "it has to be a number of at least 1");
        }

        switch (reader.Text(Version))
        {
            case null or "1.1":
                break;
            case "1.0":
                reader.Differs(Version, "as 1.0: endpoints are always spoken to in HTTP/1.1");
                break;
            case { } other:
                reader.Invalid(Version, other, "it has to be 1.0 or 1.1");
                break;
        }
    }

    private static void Report(AnnotationReader reader, AnnotationSpec spec, string value, bool isValid, string grammar)
    {
        if (isValid)
        {
            reader.Differs(spec, Streams);
        }
        else
        {
            reader.Invalid(spec, value, grammar);
        }
    }

    private static AnnotationSpec Spec(string name, string grammar) =>
        new(name, grammar, "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default, "No effect: bodies are passed on as they come, within fixed bounds.")
        {
            Status = AnnotationStatus.Differs,
            Note = "Bodies are passed on as they come, both ways, and what waits for a slow peer is bounded: there is no such buffer to size.",
        };

    [GeneratedRegex(@"\A[0-9]+[bkmgBKMG]?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Size();
}
