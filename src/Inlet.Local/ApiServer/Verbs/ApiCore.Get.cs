using Inlet.Local.ApiServer.Resources;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

public sealed partial class ApiCore
{
    /// <returns>In the storage version.</returns>
    /// <exception cref="Inlet.Kubernetes.KubernetesApiException">404.</exception>
    internal StoredObject Get(ServedResource resource, string? ns, string name)
    {
        RequireVerb(resource, "get");
        return FindOrThrow(resource, ns, name);
    }
}
