using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ClusterRoleBindingResource : ResourceDefinition
{
    public ClusterRoleBindingResource()
        : base(ResourceTypes.ClusterRoleBindings, "clusterrolebinding", "k8s.io.api.rbac.v1.ClusterRoleBinding")
    {

    }
}
