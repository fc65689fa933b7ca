using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ConfigMapResource : ResourceDefinition
{
    public ConfigMapResource()
        : base(ResourceTypes.ConfigMaps, "configmap", "k8s.io.api.core.v1.ConfigMap")
    {
        ShortNames = ["cm"];
    }
}
