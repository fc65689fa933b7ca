using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>The rules every object's <c>metadata</c> follows.</summary>
internal static class MetadataValidation
{
    private const int MaximumAnnotationBytes = 256 * 1024;

    public static void Validate(JsonObject obj, JsonObject? old, NameRule names, FieldErrors errors)
    {
        var metadata = obj.Metadata();
        var name = metadata.String("name") ?? "";
        var generateName = metadata.String("generateName") ?? "";
        if (name.Length == 0 && generateName.Length == 0)
        {
            errors.Required("metadata.name", "name or generateName is required");
        }
        else if (name.Length > 0 && ObjectNames.Error(names, name) is { } nameError && old is null)
        {
            errors.Invalid("metadata.name", name, nameError);
        }
        else if (name.Length == 0 && ObjectNames.Error(names, generateName.TrimEnd('-', '.') is { Length: > 0 } stem ? stem : "a") is { } error)
        {
            errors.Invalid("metadata.generateName", generateName, error);
        }

        ValidateLabels(metadata.Object("labels"), "metadata.labels", errors);
        ValidateAnnotations(metadata.Object("annotations"), errors);
        foreach (var (finalizer, index) in (metadata.Array("finalizers") ?? []).Select((f, i) => (f?.ToString() ?? "", i)))
        {
            if (LabelSyntax.KeyError(finalizer) is { } finalizerError)
            {
                errors.Invalid($"metadata.finalizers[{index}]", finalizer, finalizerError);
            }
        }

        ValidateOwners(metadata, errors);
    }

    public static void ValidateLabels(JsonObject? labels, string path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (LabelSyntax.KeyError(key) is { } keyError)
            {
                errors.Invalid(path, key, keyError);
            }

            if (LabelSyntax.ValueError(value?.ToString() ?? "") is { } valueError)
            {
                errors.Invalid(path, value?.ToString(), valueError);
            }
        }
    }

    private static void ValidateAnnotations(JsonObject? annotations, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            // Annotation keys may be in upper case where label prefixes may not.
            if (LabelSyntax.KeyError(key.ToLowerInvariant()) is { } error)
            {
                errors.Invalid("metadata.annotations", key, error);
            }

            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value?.ToString() ?? "");
        }

        if (size > MaximumAnnotationBytes)
        {
            errors.TooLong("metadata.annotations", MaximumAnnotationBytes);
        }
    }

    private static void ValidateOwners(JsonObject? metadata, FieldErrors errors)
    {
        var controllers = 0;
        foreach (var (owner, index) in metadata.Objects("ownerReferences").Select((o, i) => (o, i)))
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.String(field)))
                {
                    errors.Invalid($"metadata.ownerReferences[{index}].{field}", "", $"{(field == "apiVersion" ? "version" : field)} must not be empty");
                }
            }

            controllers += owner.Boolean("controller") == true ? 1 : 0;
        }

        if (controllers > 1)
        {
            errors.Invalid("metadata.ownerReferences", metadata?["ownerReferences"], "Only one reference can have Controller set to true");
        }
    }
}
