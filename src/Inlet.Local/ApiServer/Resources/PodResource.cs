using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PodResource : ResourceDefinition
{
    public PodResource()
        : base(ResourceTypes.Pods, "pod", "k8s.io.api.core.v1.Pod")
    {
        ShortNames = ["po"];
        Categories = ["all"];
        Subresources =
        [
            StatusOf(Type),
            new("log", Type.Group, Type.Version, Type.Kind, ["get"]),
            new("binding", "", "v1", "Binding", ["create"]),
            new("eviction", "policy", "v1", "Eviction", ["create"]),
        ];
    }
}
