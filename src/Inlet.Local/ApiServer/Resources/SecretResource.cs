using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class SecretResource : ResourceDefinition
{
    public SecretResource()
        : base(ResourceTypes.Secrets, "secret", "k8s.io.api.core.v1.Secret")
    {

    }
}
