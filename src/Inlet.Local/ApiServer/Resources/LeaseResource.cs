using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class LeaseResource : ResourceDefinition
{
    public LeaseResource()
        : base(ResourceTypes.Leases, "lease", "k8s.io.api.coordination.v1.Lease")
    {

    }
}
