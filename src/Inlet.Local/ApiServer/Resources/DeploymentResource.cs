using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class DeploymentResource : ResourceDefinition
{
    public DeploymentResource()
        : base(ResourceTypes.Deployments, "deployment", "k8s.io.api.apps.v1.Deployment")
    {
        ShortNames = ["deploy"];
        Categories = ["all"];
        Subresources = [StatusOf(Type), Scale()];
    }
}
