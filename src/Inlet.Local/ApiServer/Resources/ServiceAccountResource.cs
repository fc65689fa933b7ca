using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ServiceAccountResource : ResourceDefinition
{
    public ServiceAccountResource()
        : base(ResourceTypes.ServiceAccounts, "serviceaccount", "k8s.io.api.core.v1.ServiceAccount")
    {
        ShortNames = ["sa"];
        Subresources = [new("token", "authentication.k8s.io", "v1", "TokenRequest", ["create"])];
    }
}
