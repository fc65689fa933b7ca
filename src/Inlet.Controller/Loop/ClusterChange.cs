using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Controller;

/// <summary>One thing the loop has to take in. All of them come through one channel, in order per resource.</summary>
internal abstract record ClusterChange
{
    public sealed record IngressPut(Ingress Ingress) : ClusterChange;

    public sealed record IngressUnreadable(ObjectReference Ingress, string Problem) : ClusterChange;

    public sealed record IngressClassPut(IngressClass IngressClass) : ClusterChange;

    public sealed record SecretPut(Secret Secret) : ClusterChange;

    public sealed record ConfigMapPut(ConfigMap ConfigMap) : ClusterChange;

    public sealed record ServicePut(Service Service) : ClusterChange;

    public sealed record EndpointSlicePut(EndpointSlice Slice) : ClusterChange;

    /// <summary>The controller's ConfigMap; null when there is none.</summary>
    public sealed record SettingsPut(System.Text.Json.Nodes.JsonObject? ConfigMap) : ClusterChange;

    public sealed record Removed(ResourceType Type, ObjectKey Key) : ClusterChange;

    /// <summary>The first list of one resource is complete.</summary>
    public sealed record Synced(ResourceType Type) : ClusterChange;
}
