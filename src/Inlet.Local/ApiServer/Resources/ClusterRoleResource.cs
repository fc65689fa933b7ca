using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ClusterRoleResource : ResourceDefinition
{
    public ClusterRoleResource()
        : base(ResourceTypes.ClusterRoles, "clusterrole", "k8s.io.api.rbac.v1.ClusterRole")
    {

    }
}
