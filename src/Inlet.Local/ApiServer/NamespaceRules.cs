using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer;

/// <summary>What Kubernetes' NamespaceLifecycle admission and namespace registry see to.</summary>
public sealed partial class ApiCore
{
    private static readonly string[] PermanentNamespaces = ["default", "kube-system", "kube-public"];

    private void RequireLiveNamespace(ServedResource resource, string? ns, JsonObject obj)
    {
        if (!resource.Definition.Type.Namespaced)
        {
            return;
        }

        var found = Store.Find(new("namespaces", "", ns!));
        if (found is null)
        {
            throw ApiErrors.NotFound(ResourceTypes.Namespaces, ns!);
        }

        if (found.Object.IsBeingDeleted())
        {
            var name = obj.Name().Length > 0 ? obj.Name() : obj.Metadata().String("generateName") ?? "";
            var type = resource.Version.Type;
            var refusal = ApiErrors.Forbidden(type, name, $"unable to create new content in namespace {ns} because it is being terminated");
            // Controllers look for this cause and stop retrying (NamespaceTerminatingCause).
            refusal.Details!["causes"] = new JsonArray(new JsonObject
            {
                ["reason"] = "NamespaceTerminating",
                ["message"] = $"namespace {ns} is being terminated",
                ["field"] = "metadata.namespace",
            });
            throw refusal;
        }
    }

    private static bool IsNamespace(ServedResource resource) => resource.Definition.Type == ResourceTypes.Namespaces;

    private static void PrepareNamespaceForCreate(ServedResource resource, JsonObject obj)
    {
        if (!IsNamespace(resource))
        {
            return;
        }

        // The namespace controller takes this away once everything inside is gone.
        obj.GetOrAddObject("spec")["finalizers"] = new JsonArray("kubernetes");
        obj["status"] = new JsonObject { ["phase"] = "Active" };
        MetadataOf(obj).Remove("generation");
        MetadataOf(obj).GetOrAddObject("labels")["kubernetes.io/metadata.name"] = obj.Name();
    }

    private static void RequireDeletableNamespace(ServedResource resource, string name)
    {
        if (IsNamespace(resource) && PermanentNamespaces.Contains(name))
        {
            throw ApiErrors.Forbidden(ResourceTypes.Namespaces, name, "this namespace may not be deleted");
        }
    }

    /// <summary>Whether something besides metadata.finalizers still holds the object.</summary>
    private static bool HeldBySpecFinalizers(ServedResource resource, JsonObject obj) =>
        IsNamespace(resource) && obj.Object("spec").Array("finalizers") is { Count: > 0 };
}
