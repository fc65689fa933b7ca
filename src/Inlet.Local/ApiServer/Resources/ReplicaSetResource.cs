using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class ReplicaSetResource : ResourceDefinition
{
    public ReplicaSetResource()
        : base(ResourceTypes.ReplicaSets, "replicaset", "k8s.io.api.apps.v1.ReplicaSet")
    {
        ShortNames = ["rs"];
        Categories = ["all"];
        Subresources = [StatusOf(Type), Scale()];
    }
}
