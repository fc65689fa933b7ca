using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class IngressClassResource : ResourceDefinition
{
    public IngressClassResource()
        : base(ResourceTypes.IngressClasses, "ingressclass", "k8s.io.api.networking.v1.IngressClass")
    {
        Versions =
        [
            Storage,
            new RenamedVersion(
                new ResourceType("networking.k8s.io", "v1beta1", "IngressClass", "ingressclasses", false), Type,
                "k8s.io.api.networking.v1beta1.IngressClass",
                "networking.k8s.io/v1beta1 IngressClass is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 IngressClass"),
        ];
    }
}
