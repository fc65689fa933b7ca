using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class RoleBindingResource : ResourceDefinition
{
    public RoleBindingResource()
        : base(ResourceTypes.RoleBindings, "rolebinding", "k8s.io.api.rbac.v1.RoleBinding")
    {

    }
}
