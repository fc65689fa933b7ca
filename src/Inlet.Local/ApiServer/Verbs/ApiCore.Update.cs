using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.ManagedFields;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

public sealed partial class ApiCore
{
    /// <summary>Other writers may come first so often before an unconditional write gives up with 409.</summary>
    private const int MaximumAttempts = 20;

    private static readonly string[] ServerOwnedMetadata =
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName", "selfLink"];

    /// <summary>PUT of an object, or of its <c>status</c>, <c>finalize</c> or <c>scale</c>.</summary>
    /// <param name="obj">In the served version; taken over.</param>
    internal Task<StoredObject> UpdateAsync(
        ServedResource resource, string? ns, string name, string? subresource, JsonObject obj, WriteContext context,
        CancellationToken cancellationToken)
    {
        RequireVerb(resource, "update");
        if (subresource == "scale")
        {
            RequireKind(obj, ScaleConversion.Type);
            return ModifyAsync(resource, ns, name, subresource, existing => Scaled(existing, obj), context, cancellationToken);
        }

        obj = DecodeBody(resource, obj, context);
        var metadata = MetadataOf(obj);
        if (metadata.String("name") is { Length: > 0 } own && own != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({own}) does not match the name on the URL ({name})");
        }

        metadata["name"] = name;
        PlaceInNamespace(resource, ns, metadata);
        return ModifyAsync(resource, ns, name, subresource, _ => obj.DeepClone().AsObject(), context, cancellationToken);
    }

    /// <summary>
    /// The road every change of a stored object takes: read, change, prepare, validate, write if nobody was first, else
    /// again. A resourceVersion in the changed object is the caller's precondition.
    /// </summary>
    /// <param name="change">From a stored object to the wanted one, both in the storage version; called once per attempt.</param>
    private async Task<StoredObject> ModifyAsync(
        ServedResource resource, string? ns, string name, string? subresource, Func<StoredObject, JsonObject> change,
        WriteContext context, CancellationToken cancellationToken)
    {
        var type = resource.Version.Type;
        for (var attempt = 1; ; attempt++)
        {
            using var services = await _services.EnterAsync(resource, cancellationToken).ConfigureAwait(false);
            var existing = FindOrThrow(resource, ns, name);
            var obj = change(existing);
            RequirePreconditions(type, existing, obj);
            KeepServerOwned(existing, obj);
            var managedFields = obj.Metadata().Array("managedFields");
            Prepare(resource, subresource, existing, obj, services);
            RequireNoEscalation(resource, obj, existing.Object, context);
            RecordOwners(resource, subresource, existing, obj, managedFields, context);
            try
            {
                return await StoreChangedAsync(resource, existing, obj, context, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException e) when (e.Actual is null)
            {
                throw ApiErrors.NotFound(type, name);
            }
            catch (StoreConflictException) when (attempt < MaximumAttempts)
            {
            }
            catch (StoreConflictException)
            {
                throw ApiErrors.Conflict(type, name);
            }
        }
    }

    private static void Prepare(
        ServedResource resource, string? subresource, StoredObject existing, JsonObject obj, ServiceAllocator.Turn? services)
    {
        var definition = resource.Definition;
        var old = existing.Object;
        if (subresource == "status")
        {
            definition.PrepareForStatusUpdate(obj, old);
            KeepServerOwned(existing, obj);
            return;
        }

        if (subresource == "binding")
        {
            // Made by the server from the stored pod: nothing in it comes from a client.
            return;
        }

        if (subresource == "finalize")
        {
            var finalizers = obj.Object("spec")?["finalizers"]?.DeepClone();
            foreach (var key in obj.Select(p => p.Key).ToList())
            {
                obj.Remove(key);
            }

            foreach (var (key, value) in existing.Copy().ToList())
            {
                obj[key] = value?.DeepClone();
            }

            obj.GetOrAddObject("spec")["finalizers"] = finalizers;
            return;
        }

        definition.PrepareForUpdate(obj, old);
        if (IsNamespace(resource))
        {
            // Both change only through their sub-resources and deletion.
            obj.GetOrAddObject("spec")["finalizers"] = old.Object("spec")?["finalizers"]?.DeepClone();
            obj["status"] = old["status"]?.DeepClone();
        }

        definition.Default(obj);
        var errors = new FieldErrors();
        services?.Allocate(obj, old, errors);
        RefuseNewFinalizers(obj, old, errors);
        definition.Validate(obj, old, errors);
        errors.ThrowIfAny(resource.Version.Type, obj.Name());
        // Defaults and allocated ports are what the stored object has, too: the generation moves for what then differs.
        definition.PrepareForUpdate(obj, old);
        if (IsNamespace(resource))
        {
            obj["status"] = old["status"]?.DeepClone();
            MetadataOf(obj).Remove("generation");
        }
    }

    /// <param name="given">What the request, or the apply, has in managedFields.</param>
    private void RecordOwners(
        ServedResource resource, string? subresource, StoredObject existing, JsonObject obj, JsonArray? given, WriteContext context)
    {
        if (context.IsApply)
        {
            MetadataOf(obj)["managedFields"] = given?.DeepClone();
        }
        else if (subresource is not ("binding" or "finalize"))
        {
            new FieldOwnership(resource.Definition, subresource, Time).Track(existing.Object, obj, given, context.FieldManager);
        }
    }

    private async Task<StoredObject> StoreChangedAsync(
        ServedResource resource, StoredObject existing, JsonObject obj, WriteContext context, CancellationToken cancellationToken)
    {
        MetadataOf(obj)["resourceVersion"] = existing.Object.ResourceVersion();
        if (IsFinished(resource, obj))
        {
            return context.DryRun
                ? NotStored(existing.Key, obj)
                : await Store.DeleteAsync(existing.Key, obj, existing.Revision, cancellationToken).ConfigureAwait(false);
        }

        if (JsonNode.DeepEquals(obj, existing.Object))
        {
            // As in Kubernetes, writing what is there already is no write: no new resourceVersion, no event.
            return existing;
        }

        return context.DryRun
            ? NotStored(existing.Key, obj)
            : await Store.UpdateAsync(existing.Key, obj, existing.Revision, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An object marked for deletion that nothing holds any more.</summary>
    private static bool IsFinished(ServedResource resource, JsonObject obj) =>
        obj.IsBeingDeleted()
        && obj.Metadata().Array("finalizers") is null or { Count: 0 }
        && (obj.Metadata().Integer("deletionGracePeriodSeconds") ?? 0) == 0
        && !HeldBySpecFinalizers(resource, obj);

    private static void RequirePreconditions(ResourceType type, StoredObject existing, JsonObject obj)
    {
        if (obj.ResourceVersion() is { Length: > 0 } and not "0" and var version && version != existing.Object.ResourceVersion())
        {
            throw ApiErrors.Conflict(type, existing.Key.Name);
        }

        if (obj.Uid() is { Length: > 0 } uid && uid != existing.Object.Uid())
        {
            throw ApiErrors.Conflict(
                type, existing.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {existing.Object.Uid()}");
        }
    }

    private static void KeepServerOwned(StoredObject existing, JsonObject obj)
    {
        var metadata = MetadataOf(obj);
        var old = existing.Object.Metadata();
        foreach (var key in ServerOwnedMetadata)
        {
            if (old?[key] is { } value)
            {
                metadata[key] = value.DeepClone();
            }
            else
            {
                metadata.Remove(key);
            }
        }
    }

    private static void RefuseNewFinalizers(JsonObject obj, JsonObject old, FieldErrors errors)
    {
        if (!old.IsBeingDeleted())
        {
            return;
        }

        var before = Finalizers(old).ToHashSet(StringComparer.Ordinal);
        var added = Finalizers(obj).Where(f => !before.Contains(f)).ToList();
        if (added.Count > 0)
        {
            errors.Forbidden("metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                + string.Join(", ", added.Select(FieldErrors.Quote)) + "}");
        }
    }

    private static IEnumerable<string> Finalizers(JsonObject obj) =>
        obj.Metadata().Array("finalizers")?.Select(f => f?.ToString() ?? "") ?? [];

    private static JsonObject Scaled(StoredObject existing, JsonObject scale)
    {
        var obj = existing.Copy();
        MetadataOf(obj).Remove("resourceVersion");
        ScaleConversion.Apply(scale, obj);
        return obj;
    }
}
