using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// What is wrong with an object, field by field, in Kubernetes' own words (apimachinery's field errors), so that tools
/// which match on them and people who search for them find what they know.
/// </summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> All => _errors;

    public bool IsEmpty => _errors.Count == 0;

    public void Required(string field, string detail = "") => Add("FieldValueRequired", field, Join("Required value", detail));

    public void Invalid(string field, JsonNode? value, string detail) =>
        Add("FieldValueInvalid", field, Join($"Invalid value: {Show(value)}", detail));

    public void Invalid(string field, string? value, string detail) => Invalid(field, JsonValue.Create(value ?? ""), detail);

    public void NotSupported(string field, string? value, params ReadOnlySpan<string> supported)
    {
        var sorted = supported.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        Add("FieldValueNotSupported", field,
            $"Unsupported value: {Quote(value ?? "")}: supported values: {string.Join(", ", sorted.Select(Quote))}");
    }

    public void Duplicate(string field, JsonNode? value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}");

    public void NotFound(string field, string value) => Add("FieldValueNotFound", field, $"Not found: {Quote(value)}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, Join("Forbidden", detail));

    public void TooLong(string field, int maximumBytes) =>
        Add("FieldValueTooLong", field, $"Too long: may not be more than {maximumBytes.ToString(CultureInfo.InvariantCulture)} bytes");

    /// <summary>422 <c>Invalid</c> with a cause per error. Call only when there are errors.</summary>
    /// <param name="name">The object's name, or its generateName.</param>
    public KubernetesApiException ToException(ResourceType type, string name)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        // Kubernetes drops repeated texts from the sentence (not from the causes).
        var texts = _errors.Select(e => $"{e.Field}: {e.Message}").Distinct().ToList();
        var sentence = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var causes = new JsonArray();
        foreach (var error in _errors)
        {
            causes.Add(new JsonObject { ["reason"] = error.Reason, ["message"] = error.Message, ["field"] = error.Field });
        }

        var details = new JsonObject { ["name"] = name, ["kind"] = type.Kind, ["causes"] = causes };
        if (type.Group.Length > 0)
        {
            details.Insert(1, "group", type.Group);
        }

        return new KubernetesApiException(422, "Invalid", $"{kind} {Quote(name)} is invalid: {sentence}", details);
    }

    public void ThrowIfAny(ResourceType type, string name)
    {
        if (!IsEmpty)
        {
            throw ToException(type, name);
        }
    }

    private void Add(string reason, string field, string message) => _errors.Add(new FieldError(reason, field, message));

    private static string Join(string head, string detail) => detail.Length == 0 ? head : $"{head}: {detail}";

    private static string Show(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => Quote(v.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    /// <summary>Go's %q for the characters that occur.</summary>
    internal static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}

/// <param name="Reason">CauseType: <c>FieldValueRequired</c>, <c>FieldValueInvalid</c>, …</param>
/// <param name="Field">Path as Kubernetes writes it: <c>spec.containers[0].name</c>.</param>
public sealed record FieldError(string Reason, string Field, string Message);
