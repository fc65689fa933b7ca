using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EndpointSliceResource : ResourceDefinition
{
    public EndpointSliceResource()
        : base(ResourceTypes.EndpointSlices, "endpointslice", "k8s.io.api.discovery.v1.EndpointSlice")
    {

    }
}
