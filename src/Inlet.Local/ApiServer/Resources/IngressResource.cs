using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class IngressResource : ResourceDefinition
{
    public IngressResource()
        : base(ResourceTypes.Ingresses, "ingress", "k8s.io.api.networking.v1.Ingress")
    {
        ShortNames = ["ing"];
        Subresources = [StatusOf(Type)];
        Versions =
        [
            Storage,
            new IngressV1Beta1("networking.k8s.io", "v1.19"),
            new IngressV1Beta1("extensions", "v1.14"),
        ];
    }
}
