using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>Checks and defaults that several kinds share.</summary>
internal static class FieldChecks
{
    public const string Immutable = "field is immutable";

    /// <summary>Sets a field that is missing or, for strings, empty.</summary>
    public static void Default(JsonObject obj, string key, JsonNode value)
    {
        if (obj[key] is null || (obj.String(key) is { Length: 0 }))
        {
            obj[key] = value;
        }
    }

    public static void NonNegative(JsonObject? obj, string key, string path, FieldErrors errors)
    {
        if (obj.Integer(key) is < 0 and var value)
        {
            errors.Invalid($"{path}.{key}", JsonValue.Create(value), "must be greater than or equal to 0");
        }
    }

    /// <summary>A port number; a missing one counts as 0.</summary>
    public static void Port(long? port, string path, FieldErrors errors)
    {
        if (port is null or < 1 or > 65535)
        {
            errors.Invalid(path, JsonValue.Create(port ?? 0), "must be between 1 and 65535, inclusive");
        }
    }

    public static void OneOf(string? value, string path, FieldErrors errors, params ReadOnlySpan<string> allowed)
    {
        if (value is not null && !allowed.Contains(value))
        {
            errors.NotSupported(path, value, allowed);
        }
    }

    public static void Unchanged(JsonNode? value, JsonNode? old, string path, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(value, old))
        {
            errors.Invalid(path, value, Immutable);
        }
    }

    /// <summary>A <c>LabelSelector</c> object.</summary>
    public static void Selector(JsonObject? selector, string path, FieldErrors errors)
    {
        MetadataValidation.ValidateLabels(selector.Object("matchLabels"), $"{path}.matchLabels", errors);
        foreach (var (expression, index) in selector.Objects("matchExpressions").Select((e, i) => (e, i)))
        {
            var at = $"{path}.matchExpressions[{index}]";
            var values = expression.Array("values")?.Count ?? 0;
            switch (expression.String("operator"))
            {
                case "In" or "NotIn" when values == 0:
                    errors.Required($"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist" when values > 0:
                    errors.Forbidden($"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    break;
                case "In" or "NotIn" or "Exists" or "DoesNotExist":
                    break;
                case var other:
                    errors.Invalid($"{at}.operator", other, "not a valid selector operator");
                    break;
            }

            if (LabelSyntax.KeyError(expression.String("key") ?? "") is { } error)
            {
                errors.Invalid($"{at}.key", expression.String("key"), error);
            }
        }
    }

    /// <summary>ConfigMap and Secret data: keys are file names, all of it together has a limit.</summary>
    public static void Data(JsonObject obj, FieldErrors errors, params ReadOnlySpan<string> maps)
    {
        const int MaximumBytes = 1024 * 1024;
        var size = 0L;
        foreach (var map in maps)
        {
            foreach (var (key, value) in obj.Object(map) ?? [])
            {
                if (ObjectNames.DataKeyError(key) is { } error)
                {
                    errors.Invalid($"{map}[{key}]", key, error);
                }

                var text = value?.ToString() ?? "";
                // Base64 counts as the bytes it stands for.
                size += map == "data" && obj.String("kind") == "ConfigMap" ? System.Text.Encoding.UTF8.GetByteCount(text) : text.Length / 4 * 3;
            }
        }

        if (size > MaximumBytes)
        {
            errors.TooLong(obj.String("kind") == "ConfigMap" ? "" : "data", MaximumBytes);
        }
    }

    /// <summary>The <c>immutable: true</c> of a ConfigMap or Secret holds for the data and for itself.</summary>
    public static void ImmutableData(JsonObject obj, JsonObject? old, FieldErrors errors, params ReadOnlySpan<string> maps)
    {
        if (old.Boolean("immutable") != true)
        {
            return;
        }

        if (obj.Boolean("immutable") != true)
        {
            errors.Forbidden("immutable", "field is immutable when `immutable` is set");
        }

        foreach (var map in maps)
        {
            if (!JsonNode.DeepEquals(obj[map] ?? new JsonObject(), old![map] ?? new JsonObject()))
            {
                errors.Forbidden(map, "field is immutable when `immutable` is set");
            }
        }
    }
}
