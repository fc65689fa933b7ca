using System.Text.Json;
using Inlet.Kubernetes;
using Inlet.Model;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller;

/// <summary>Untyped changes → typed ones. An object that cannot be read stays its own problem.</summary>
internal sealed class ChangeReader(ILogger logger)
{
    public ClusterChange? Read(CacheChange change)
    {
        switch (change.Kind)
        {
            case CacheChangeKind.Synced:
                return new ClusterChange.Synced(change.Type);
            case CacheChangeKind.Removed:
                return new ClusterChange.Removed(change.Type, change.Key);
            default:
                return Put(change);
        }
    }

    private ClusterChange? Put(CacheChange change)
    {
        var obj = change.Object!;
        try
        {
            return change.Type.Kind switch
            {
                "Ingress" => new ClusterChange.IngressPut(ObjectReader.Ingress(obj)),
                "IngressClass" => new ClusterChange.IngressClassPut(ObjectReader.IngressClass(obj)),
                "Secret" => new ClusterChange.SecretPut(ObjectReader.Secret(obj)),
                "ConfigMap" => new ClusterChange.ConfigMapPut(ObjectReader.ConfigMap(obj)),
                "Service" => new ClusterChange.ServicePut(ObjectReader.Service(obj)),
                "EndpointSlice" => new ClusterChange.EndpointSlicePut(ObjectReader.EndpointSlice(obj)),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            if (change.Type == ResourceTypes.Ingresses)
            {
                return new ClusterChange.IngressUnreadable(
                    new ObjectReference("Ingress", change.Key.Namespace, change.Key.Name, obj.Uid()), exception.Message);
            }

            // What is left of it could only mislead: treat it as absent, which its users report.
            ControllerLog.Unreadable(logger, change.Type.Kind, change.Key.ToString(), exception.Message);
            return new ClusterChange.Removed(change.Type, change.Key);
        }
    }
}
