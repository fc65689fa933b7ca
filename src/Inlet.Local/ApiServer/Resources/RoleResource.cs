using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class RoleResource : ResourceDefinition
{
    public RoleResource()
        : base(ResourceTypes.Roles, "role", "k8s.io.api.rbac.v1.Role")
    {

    }
}
