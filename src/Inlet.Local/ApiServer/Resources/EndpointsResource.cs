using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EndpointsResource : ResourceDefinition
{
    public EndpointsResource()
        : base(ResourceTypes.Endpoints, "endpoints", "k8s.io.api.core.v1.Endpoints")
    {
        ShortNames = ["ep"];
    }
}
