using System.Globalization;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Who speaks for a backend that fails (reference/ingress-annotations §9).</summary>
internal static class ErrorPageAnnotations
{
    private static readonly AnnotationSpec Backend = new(
        "default-backend", "Service name", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "The Service, in the Ingress's namespace, that takes requests while the path's own has no endpoints, and makes the pages of custom-http-errors; its first port.");

    private static readonly AnnotationSpec Statuses = new(
        "custom-http-errors", "list of statuses from 400 to 599", "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Answers with these statuses are replaced by what default-backend, or the controller's default backend, answers; it chooses the status.");

    private static readonly AnnotationSpec KeepEndpoints = new(
        "disable-proxy-intercept-errors", "bool", "false", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Answers of the endpoints are not replaced, only the proxy's own.");

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Backend, Statuses, KeepEndpoints];

    /// <summary>The field that a problem with the Service is reported on.</summary>
    public static string BackendField => Backend.Field;

    /// <returns>Null where errors are answered as they are.</returns>
    public static ErrorPagePolicy? Parse(AnnotationReader reader, ObjectReference source)
    {
        var backend = ReadBackend(reader, source.Namespace);
        var statuses = ReadStatuses(reader);
        var keep = reader.Boolean(KeepEndpoints) ?? false;
        if (!reader.Has(Statuses))
        {
            reader.WithoutEffect(KeepEndpoints, $"without {Statuses.Key}");
        }

        return backend is null && statuses.IsEmpty ? null : new ErrorPagePolicy(source) { Backend = backend, Statuses = statuses, KeepEndpoints = keep };
    }

    private static BackendKey? ReadBackend(AnnotationReader reader, string ns)
    {
        var name = reader.Text(Backend);
        if (name is null || (HostNames.Normalise(name) == name && !name.Contains('.') && !name.Contains('*')))
        {
            return name is null ? null : new BackendKey(ns, name, "");
        }

        reader.Invalid(Backend, name, "it has to be the name of a Service");
        return null;
    }

    private static EquatableArray<int> ReadStatuses(AnnotationReader reader)
    {
        if (reader.Text(Statuses) is not { } text)
        {
            return [];
        }

        var statuses = new List<int>();
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < 400 or > 599)
            {
                reader.Invalid(Statuses, text, $"\"{AnnotationReader.Shortened(item)}\" is no status from 400 to 599");
                return [];
            }

            statuses.Add(status);
        }

        if (statuses.Count == 0)
        {
            reader.Invalid(Statuses, text, "it names no status");
        }

        return statuses.Distinct().Order().ToEquatableArray();
    }
}
