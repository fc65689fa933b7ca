using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.ManagedFields;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <param name="Created">Whether there was no such object before.</param>
internal sealed record ApplyResult(StoredObject Object, bool Created);

public sealed partial class ApiCore
{
    /// <summary>
    /// Server-side apply: creates the object when there is none; else sets what the configuration sets, takes away what
    /// the same manager's last one set and nobody else does, and refuses to change what another manager owns.
    /// </summary>
    /// <param name="config">In the served version; taken over.</param>
    /// <exception cref="KubernetesApiException">409 naming managers and fields in the way, unless forced; and as for create and update.</exception>
    internal async Task<ApplyResult> ApplyAsync(
        ServedResource resource, string? ns, string name, string? subresource, JsonObject config, WriteContext context,
        CancellationToken cancellationToken)
    {
        RequireVerb(resource, "patch");
        if (subresource is not (null or "status"))
        {
            throw ApiErrors.UnsupportedMediaType(
                $"server-side apply (application/apply-patch+yaml) of the sub-resource {subresource} is not supported: use application/merge-patch+json");
        }

        PrepareConfiguration(resource, ns, name, config);
        var wanted = DecodeBody(resource, config.DeepClone().AsObject(), context);
        var ownership = new FieldOwnership(resource.Definition, subresource, Time);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (Store.Find(KeyOf(resource, ns, name)) is not null)
                {
                    var changed = await ModifyAsync(
                        resource, ns, name, subresource,
                        existing => ownership.Apply(existing.Copy(), wanted, context.FieldManager, context.Force),
                        context, cancellationToken).ConfigureAwait(false);
                    return new(changed, false);
                }

                RequireCreatable(resource, name, subresource, config);
                RequireMayCreate(resource, ns, context);
                return new(await CreateAsync(resource, ns, config.DeepClone().AsObject(), context, cancellationToken).ConfigureAwait(false), true);
            }
            catch (KubernetesApiException e) when ((e.IsAlreadyExists || IsGone(e, name)) && subresource is null && attempt < MaximumAttempts)
            {
                // Created or deleted by somebody between the look and the write.
            }
        }
    }

    private static void PrepareConfiguration(ServedResource resource, string? ns, string name, JsonObject config)
    {
        if (config.Metadata()?["managedFields"] is not null)
        {
            throw ApiErrors.BadRequest("metadata.managedFields must be nil");
        }

        var metadata = MetadataOf(config);
        if (metadata.String("name") is { Length: > 0 } own && own != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({own}) does not match the name on the URL ({name})");
        }

        metadata["name"] = name;
        PlaceInNamespace(resource, ns, metadata);
    }

    private static void RequireCreatable(ServedResource resource, string name, string? subresource, JsonObject config)
    {
        var type = resource.Version.Type;
        if (subresource is not null)
        {
            throw ApiErrors.NotFound(type, name);
        }

        if (config.Uid() is { Length: > 0 } uid)
        {
            throw ApiErrors.Conflict(type, name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        }
    }

    /// <summary>The right to patch does not make anything new (Kubernetes, apply).</summary>
    private void RequireMayCreate(ServedResource resource, string? ns, WriteContext context)
    {
        if (context.User is { } user)
        {
            Authorizer.Require(new(user, "create", resource.Version.Type.Group, resource.Version.Type.Plural, Namespace: ns ?? ""));
        }
    }

    private static bool IsGone(KubernetesApiException e, string name) => e.IsNotFound && e.Details.String("name") == name;
}
