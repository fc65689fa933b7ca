using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Further names of a host (reference/ingress-annotations §1, server-alias). What becomes of them is in Conflicts/.</summary>
internal static class AliasAnnotations
{
    private const int MostNames = 100;

    private static readonly AnnotationSpec Alias = new(
        "server-alias", "list of host names", "", AnnotationScope.Host, AnnotationRisk.High, WhenInvalid.Default,
        "Further names under which everything of the Ingress's hosts is served, whoever's it is. Names with rules of their own keep them; regular expressions are not supported.")
    {
        Status = AnnotationStatus.Differs,
        Note = "Regular expressions of names are not supported: list the names, or use one like *.example.com.",
    };

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Alias];

    public static string Field => Alias.Field;

    public static EquatableArray<string> Parse(AnnotationReader reader)
    {
        if (reader.Text(Alias) is not { } text)
        {
            return [];
        }

        var names = new List<string>();
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (item[0] == '~')
            {
                reader.Invalid(Alias, VerdictCodes.AnnotationNotSupported, item, "regular expressions of host names are not supported; list the names, or use one like *.example.com");
                return [];
            }

            if (HostNames.Normalise(item) is not { Length: > 0 } name)
            {
                reader.Invalid(Alias, text, $"\"{AnnotationReader.Shortened(item)}\" is not a DNS name or a wildcard like *.example.com");
                return [];
            }

            names.Add(name);
        }

        if (names.Count is 0 or > MostNames)
        {
            reader.Invalid(Alias, text, $"it has to name 1 to {MostNames} hosts");
            return [];
        }

        return names.Distinct().ToEquatableArray();
    }
}
