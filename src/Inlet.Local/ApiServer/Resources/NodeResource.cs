using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class NodeResource : ResourceDefinition
{
    public NodeResource()
        : base(ResourceTypes.Nodes, "node", "k8s.io.api.core.v1.Node")
    {
        ShortNames = ["no"];
        Subresources = [StatusOf(Type)];
    }
}
