using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class NamespaceResource : ResourceDefinition
{
    public NamespaceResource()
        : base(ResourceTypes.Namespaces, "namespace", "k8s.io.api.core.v1.Namespace")
    {
        ShortNames = ["ns"];
        // As in Kubernetes: no deletecollection, so that no selector ever removes several namespaces at once.
        Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
        Subresources = [StatusOf(Type), new("finalize", Type.Group, Type.Version, Type.Kind, ["update"])];
    }
}
