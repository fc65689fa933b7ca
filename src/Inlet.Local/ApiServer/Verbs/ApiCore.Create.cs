using System.Security.Cryptography;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.ManagedFields;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

public sealed partial class ApiCore
{
    // Kubernetes' alphabet for generated names: no vowels, so that no words come out.
    private const string GeneratedNameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <param name="obj">In the served version; taken over.</param>
    /// <returns>What was stored (or would have been, with dryRun), in the storage version.</returns>
    internal async Task<StoredObject> CreateAsync(
        ServedResource resource, string? ns, JsonObject obj, WriteContext context, CancellationToken cancellationToken)
    {
        RequireVerb(resource, "create");
        var type = resource.Version.Type;
        obj = DecodeBody(resource, obj, context);
        var metadata = MetadataOf(obj);
        PlaceInNamespace(resource, ns, metadata);
        if (obj.ResourceVersion().Length > 0)
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        foreach (var serverOwned in (ReadOnlySpan<string>)
            ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink", "managedFields", "resourceVersion"])
        {
            metadata.Remove(serverOwned);
        }

        var generate = metadata.String("generateName");
        var generated = obj.Name().Length == 0 && !string.IsNullOrEmpty(generate);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Timestamps.Format(Time.GetUtcNow());
        RequireName(type, obj, generated);
        RequireLiveNamespace(resource, ns, obj);

        var ownership = new FieldOwnership(resource.Definition, null, Time);
        var applied = context.IsApply ? ownership.Applied(obj) : null;
        resource.Definition.PrepareForCreate(obj);
        PrepareNamespaceForCreate(resource, obj);
        AdmitIngressClass(resource, obj);
        for (var attempt = 0; ; attempt++)
        {
            if (generated)
            {
                metadata["name"] = generate + RandomNumberGenerator.GetString(GeneratedNameAlphabet, 5);
            }

            try
            {
                return await StoreNewAsync(resource, ns, obj, ownership, applied, context, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException) when (generated && attempt < 7)
            {
            }
            catch (StoreConflictException)
            {
                throw ApiErrors.AlreadyExists(type, obj.Name());
            }
        }
    }

    private async Task<StoredObject> StoreNewAsync(
        ServedResource resource, string? ns, JsonObject obj, FieldOwnership ownership, FieldSet? applied, WriteContext context,
        CancellationToken cancellationToken)
    {
        using var services = await _services.EnterAsync(resource, cancellationToken).ConfigureAwait(false);
        resource.Definition.Default(obj);
        // Before addresses and ports are allocated: those are the server's, not the writer's.
        if (applied is null)
        {
            ownership.Track(null, obj, null, context.FieldManager);
        }
        else
        {
            ownership.Begin(obj, applied, context.FieldManager);
        }

        var errors = new FieldErrors();
        services?.Allocate(obj, old: null, errors);
        resource.Definition.Validate(obj, null, errors);
        errors.ThrowIfAny(resource.Version.Type, obj.Name());
        RequireNoEscalation(resource, obj, null, context);

        var key = KeyOf(resource, ns, obj.Name());
        if (!context.DryRun)
        {
            return await Store.CreateAsync(key, obj, cancellationToken).ConfigureAwait(false);
        }

        return Store.Find(key) is { } existing ? throw new StoreConflictException(key, existing) : NotStored(key, obj);
    }

    /// <summary>Checks types and unknown fields, and converts to the storage version.</summary>
    private static JsonObject DecodeBody(ServedResource resource, JsonObject obj, WriteContext context)
    {
        var type = resource.Version.Type;
        RequireKind(obj, type);
        context.Warnings.AddRange(FieldValidation.Decode(
            obj, type, resource.Version.SchemaMessage, context.DuplicateFields, context.FieldValidation));
        return resource.Version.ToStorage(obj);
    }

    private static void RequireKind(JsonObject obj, ResourceType type)
    {
        var apiVersion = obj.String("apiVersion") ?? "";
        var kind = obj.String("kind") ?? "";
        if ((apiVersion.Length > 0 && apiVersion != type.ApiVersion) || (kind.Length > 0 && kind != type.Kind))
        {
            throw ApiErrors.BadRequest(
                $"the API version in the data ({apiVersion}, Kind={kind}) does not match the expected API version ({type.ApiVersion}, Kind={type.Kind})");
        }

        obj["apiVersion"] = type.ApiVersion;
        obj["kind"] = type.Kind;
    }

    private static void PlaceInNamespace(ServedResource resource, string? ns, JsonObject metadata)
    {
        if (!resource.Definition.Type.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        if (string.IsNullOrEmpty(ns))
        {
            throw ApiErrors.BadRequest("an empty namespace may not be set during creation");
        }

        if (metadata.String("namespace") is { Length: > 0 } own && own != ns)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        metadata["namespace"] = ns;
    }

    private static void RequireName(ResourceType type, JsonObject obj, bool generated)
    {
        if (obj.Name().Length == 0 && !generated)
        {
            var errors = new FieldErrors();
            errors.Required("metadata.name", "name or generateName is required");
            errors.ThrowIfAny(type, "");
        }
    }

    private StoredObject NotStored(StoreKey key, JsonObject obj) => new(key, Store.Revision, ObjectBytes.Write(obj));
}
