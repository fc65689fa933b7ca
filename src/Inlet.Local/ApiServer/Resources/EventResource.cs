using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EventResource : ResourceDefinition
{
    public EventResource()
        : base(ResourceTypes.Events, "event", "k8s.io.api.core.v1.Event")
    {
        ShortNames = ["ev"];
    }
}
