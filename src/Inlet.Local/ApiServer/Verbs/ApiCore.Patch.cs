using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Patches;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

public sealed partial class ApiCore
{
    /// <summary>PATCH of an object, or of its <c>status</c> or <c>scale</c>.</summary>
    internal Task<StoredObject> PatchAsync(
        ServedResource resource, string? ns, string name, string? subresource, PatchKind kind, JsonNode patch, WriteContext context,
        CancellationToken cancellationToken)
    {
        RequireVerb(resource, "patch");
        return subresource == "scale"
            ? ModifyAsync(resource, ns, name, subresource, existing => PatchedScale(existing, kind, patch), context, cancellationToken)
            : ModifyAsync(resource, ns, name, subresource, existing => Patched(resource, existing, kind, patch, context), context, cancellationToken);
    }

    private static JsonObject Patched(ServedResource resource, StoredObject existing, PatchKind kind, JsonNode patch, WriteContext context)
    {
        var type = resource.Version.Type;
        // The user wrote the patch against the version in the URL.
        var target = resource.Version.FromStorage(existing.Copy());
        var patched = Patch.Apply(kind, target, patch, resource.Version.SchemaMessage);
        RequireKind(patched, type);
        context.Warnings.Clear();
        context.Warnings.AddRange(FieldValidation.DecodePatched(
            patched, type, resource.Version.SchemaMessage, patch, context.DuplicateFields, context.FieldValidation));
        if (patched.Name() != existing.Key.Name)
        {
            var errors = new FieldErrors();
            errors.Invalid("metadata.name", patched.Name(), "field is immutable");
            throw errors.ToException(type, existing.Key.Name);
        }

        if (patched.Namespace() != existing.Key.Namespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        return resource.Version.ToStorage(patched);
    }

    private static JsonObject PatchedScale(StoredObject existing, PatchKind kind, JsonNode patch)
    {
        var scale = Patch.Apply(kind, ScaleConversion.ToScale(existing.Object), patch, ScaleConversion.SchemaMessage);
        return Scaled(existing, scale);
    }
}
