using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Schema;

/// <summary>The <c>fieldValidation</c> query parameter. Absent means <see cref="Warn"/>.</summary>
internal enum FieldValidationMode
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>Unknown and repeated fields: refused, warned of or dropped in silence, as the request asks.</summary>
internal static class FieldValidation
{
    /// <exception cref="KubernetesApiException">400 for a word that is none of the three.</exception>
    public static FieldValidationMode ParseMode(string? parameter) => parameter switch
    {
        null or "" or "Warn" => FieldValidationMode.Warn,
        "Strict" => FieldValidationMode.Strict,
        "Ignore" => FieldValidationMode.Ignore,
        _ => throw new KubernetesApiException(400, "BadRequest",
            $"fieldValidation: Unsupported value: {FieldErrors.Quote(parameter)}: supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
    };

    /// <summary>
    /// Decodes a body of a create or update: <see cref="ObjectDecoder.Decode"/> and the verdict on what it dropped.
    /// </summary>
    /// <param name="duplicates">From <see cref="StrictJson.Parse"/>; empty for other sources.</param>
    /// <returns>Texts for <c>Warning</c> headers.</returns>
    /// <exception cref="KubernetesApiException">400 BadRequest.</exception>
    public static IReadOnlyList<string> Decode(
        JsonObject obj, ResourceType type, string schemaMessage, IReadOnlyList<string> duplicates, FieldValidationMode mode)
    {
        var problems = Problems(obj, type, schemaMessage, duplicates);
        if (problems.Count > 0 && mode == FieldValidationMode.Strict)
        {
            throw CannotBeHandled(type, StrictError(problems));
        }

        return mode == FieldValidationMode.Warn ? problems : [];
    }

    /// <summary>The same for the object a patch produced; Kubernetes answers 422 and shows the patch.</summary>
    /// <param name="patch">The patch as sent.</param>
    /// <exception cref="KubernetesApiException">422 Invalid, or 400 for a type mismatch.</exception>
    public static IReadOnlyList<string> DecodePatched(
        JsonObject obj, ResourceType type, string schemaMessage, JsonNode patch, IReadOnlyList<string> duplicates, FieldValidationMode mode)
    {
        var problems = Problems(obj, type, schemaMessage, duplicates);
        if (problems.Count > 0 && mode == FieldValidationMode.Strict)
        {
            var errors = new FieldErrors();
            errors.Invalid("patch", patch.ToJsonString(), StrictError(problems));
            throw errors.ToException(new ResourceType("", "", "", "", false), "");
        }

        return mode == FieldValidationMode.Warn ? problems : [];
    }

    public static KubernetesApiException CannotBeHandled(ResourceType type, string why) => new(
        400, "BadRequest", $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {why}");

    private static List<string> Problems(JsonObject obj, ResourceType type, string schemaMessage, IReadOnlyList<string> duplicates)
    {
        try
        {
            var unknown = ObjectDecoder.Decode(obj, schemaMessage);
            return
            [
                .. duplicates.Select(path => $"duplicate field \"{path}\""),
                .. unknown.Select(path => $"unknown field \"{path}\""),
            ];
        }
        catch (SchemaException e)
        {
            throw CannotBeHandled(type, e.Message);
        }
    }

    private static string StrictError(IEnumerable<string> problems) => $"strict decoding error: {string.Join(", ", problems)}";
}
