using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>A <c>DeleteOptions</c> as sent in the body or the query.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c>, <c>Orphan</c>, or null for the resource's own.</summary>
    public string? PropagationPolicy { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public bool DryRun { get; init; }

    /// <exception cref="KubernetesApiException">422 for a policy Kubernetes does not know, or a negative grace period.</exception>
    public DeleteOptions Checked()
    {
        var errors = new FieldErrors();
        if (PropagationPolicy is not (null or "" or "Background" or "Foreground" or "Orphan"))
        {
            errors.NotSupported("propagationPolicy", PropagationPolicy, "Background", "Foreground", "Orphan");
        }

        if (GracePeriodSeconds < 0)
        {
            errors.Invalid("gracePeriodSeconds", JsonValue.Create(GracePeriodSeconds), "must be greater than or equal to 0");
        }

        errors.ThrowIfAny(new ResourceType("meta.k8s.io", "v1", "DeleteOptions", "deleteoptions", false), "");
        return this;
    }
}

/// <param name="Object">Its last state, or its state while it waits for finalizers or its grace period.</param>
/// <param name="Gone">False while something still holds it.</param>
internal sealed record DeleteResult(StoredObject Object, bool Gone);

public sealed partial class ApiCore
{
    private const string OrphanFinalizer = "orphan";
    private const string ForegroundFinalizer = "foregroundDeletion";

    internal async Task<DeleteResult> DeleteAsync(
        ServedResource resource, string? ns, string name, DeleteOptions options, CancellationToken cancellationToken)
    {
        RequireVerb(resource, "delete");
        options = options.Checked();
        var type = resource.Version.Type;
        RequireDeletableNamespace(resource, name);
        for (var attempt = 1; ; attempt++)
        {
            var existing = FindOrThrow(resource, ns, name);
            RequirePreconditions(type, existing, options);
            var obj = existing.Copy();
            var gone = Mark(resource, obj, options);
            try
            {
                if (options.DryRun)
                {
                    return new(NotStored(existing.Key, obj), gone);
                }

                if (gone)
                {
                    return new(await Store.DeleteAsync(existing.Key, obj, existing.Revision, cancellationToken).ConfigureAwait(false), true);
                }

                return JsonNode.DeepEquals(obj, existing.Object)
                    ? new(existing, false)
                    : new(await Store.UpdateAsync(existing.Key, obj, existing.Revision, cancellationToken).ConfigureAwait(false), false);
            }
            catch (StoreConflictException e) when (e.Actual is not null && attempt < MaximumAttempts)
            {
            }
            catch (StoreConflictException e)
            {
                throw e.Actual is null ? ApiErrors.NotFound(type, name) : ApiErrors.Conflict(type, name);
            }
        }
    }

    /// <summary>Writes the deletion into the object. True when nothing holds it.</summary>
    private bool Mark(ServedResource resource, JsonObject obj, DeleteOptions options)
    {
        var metadata = MetadataOf(obj);
        var finalizers = PropagationFinalizers(obj, options.PropagationPolicy);
        if (finalizers.Count > 0)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]);
        }
        else
        {
            metadata.Remove("finalizers");
        }

        var grace = GracePeriod(resource, obj, options);
        if (grace == 0 && finalizers.Count == 0 && !HeldBySpecFinalizers(resource, obj))
        {
            return true;
        }

        var wasMarked = obj.IsBeingDeleted();
        var sooner = wasMarked && grace < (metadata.Integer("deletionGracePeriodSeconds") ?? 0);
        if (!wasMarked || sooner)
        {
            metadata["deletionTimestamp"] = Timestamps.Format(Time.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            if (metadata.Integer("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
        }

        if (IsNamespace(resource))
        {
            obj.GetOrAddObject("status")["phase"] = "Terminating";
        }

        return false;
    }

    private static List<string> PropagationFinalizers(JsonObject obj, string? policy)
    {
        var finalizers = Finalizers(obj).ToList();
        if (string.IsNullOrEmpty(policy))
        {
            return finalizers;
        }

        finalizers.RemoveAll(f => f is OrphanFinalizer or ForegroundFinalizer);
        if (policy != "Background")
        {
            finalizers.Add(policy == "Orphan" ? OrphanFinalizer : ForegroundFinalizer);
        }

        return finalizers;
    }

    /// <summary>Only pods that run somewhere end gracefully: the node agent deletes them with 0 when their processes are gone.</summary>
    private static long GracePeriod(ServedResource resource, JsonObject obj, DeleteOptions options)
    {
        if (resource.Definition.Type != ResourceTypes.Pods)
        {
            return 0;
        }

        if (obj.Object("spec").String("nodeName") is null or "" || obj.Object("status").String("phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        return options.GracePeriodSeconds
            ?? obj.Metadata().Integer("deletionGracePeriodSeconds")
            ?? obj.Object("spec").Integer("terminationGracePeriodSeconds")
            ?? 30;
    }

    private static void RequirePreconditions(ResourceType type, StoredObject existing, DeleteOptions options)
    {
        if (options.Uid is { Length: > 0 } uid && uid != existing.Object.Uid())
        {
            throw ApiErrors.Conflict(
                type, existing.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {existing.Object.Uid()}");
        }

        if (options.ResourceVersion is { Length: > 0 } version && version != existing.Object.ResourceVersion())
        {
            throw ApiErrors.Conflict(
                type, existing.Key.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {existing.Object.ResourceVersion()}");
        }
    }
}
