using System.Collections.Concurrent;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>
/// What the API does, without HTTP: the verbs over the store and the catalogue, one verb per file. HTTP requests and
/// in-process callers both come through here, so they cannot differ.
/// </summary>
public sealed partial class ApiCore
{
    private readonly ConcurrentDictionary<ResourceType, string> _storeNames = new();

    public ApiCore(ObjectStore store, ResourceCatalog catalog, ApiCoreOptions options, TimeProvider time)
    {
        Store = store;
        Catalog = catalog;
        Options = options;
        Time = time;
        _services = new(store, options);
        Authorizer = new(store);
    }

    private readonly ServiceAllocator _services;

    public ObjectStore Store { get; }

    public ResourceCatalog Catalog { get; }

    internal RbacAuthorizer Authorizer { get; }

    public ApiCoreOptions Options { get; }

    internal TimeProvider Time { get; }

    /// <summary>The served resource, or 404 as Kubernetes words it.</summary>
    /// <exception cref="KubernetesApiException">404.</exception>
    public ServedResource Resolve(ResourceType type) => Catalog.Find(type) ?? throw ApiErrors.NoSuchResource();

    private StoreKey KeyOf(ServedResource resource, string? ns, string name) =>
        new(StoreName(resource), resource.Definition.Type.Namespaced ? ns ?? "" : "", name);

    private string StoreName(ServedResource resource) => _storeNames.GetOrAdd(resource.Definition.Type, static type => type.ToString());

    private StoredObject FindOrThrow(ServedResource resource, string? ns, string name) =>
        Store.Find(KeyOf(resource, ns, name)) ?? throw ApiErrors.NotFound(resource.Version.Type, name);

    private static void RequireVerb(ServedResource resource, string verb)
    {
        if (!resource.Definition.Supports(verb))
        {
            throw ApiErrors.MethodNotAllowed(resource.Version.Type, verb);
        }
    }

    /// <exception cref="KubernetesApiException">403 when the object would give more rights than its writer has.</exception>
    private void RequireNoEscalation(ServedResource resource, JsonObject obj, JsonObject? old, WriteContext context)
    {
        if (context.User is { } user)
        {
            RoleEscalation.Check(Authorizer, user, resource.Definition.Type, obj, old);
        }
    }

    private static JsonObject MetadataOf(JsonObject obj) => obj.GetOrAddObject("metadata");
}
