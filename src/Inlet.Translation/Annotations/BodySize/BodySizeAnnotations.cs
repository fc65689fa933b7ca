using System.Globalization;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>How large a request body may be (reference/ingress-annotations §8, sizes in §0.1).</summary>
internal static class BodySizeAnnotations
{
    private static readonly AnnotationSpec Size = new(
        "proxy-body-size", "size", "", AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default,
        "The largest request body in bytes, or with k, m or g; larger ones are answered 413. 0 sets no limit.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Size];

    /// <returns>Null keeps the server's limit.</returns>
    public static BodySizePolicy? Parse(AnnotationReader reader)
    {
        if (reader.Text(Size) is not { } text)
        {
            return null;
        }

        var shift = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift)
        {
            return new BodySizePolicy(number == 0 ? null : number << shift);
        }

        reader.Invalid(Size, text, "it has to be a whole number of bytes, or one followed by k, m or g");
        return null;
    }
}
