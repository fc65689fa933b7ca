using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ServiceResource : ResourceDefinition
{
    public ServiceResource()
        : base(ResourceTypes.Services, "service", "k8s.io.api.core.v1.Service")
    {
        ShortNames = ["svc"];
        Categories = ["all"];
        Subresources = [StatusOf(Type)];
    }
}
