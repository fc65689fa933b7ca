using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>The cluster as seen so far, handed to the two lanes: routes (<see cref="Translator"/>) and endpoints.</summary>
internal sealed class ClusterState(Settings settings, PublishedAddress? publishedAddress)
{
    private readonly HashSet<ResourceType> _awaited =
    [
        ResourceTypes.Ingresses, ResourceTypes.IngressClasses, ResourceTypes.Secrets, ResourceTypes.ConfigMaps, ResourceTypes.Services,
        ResourceTypes.EndpointSlices,
    ];

    public Translator Translator { get; private set; } = new(settings.Translation);

    /// <summary>What there is to say about the controller's own settings.</summary>
    public EquatableArray<Verdict> SettingsVerdicts => settings.Verdicts;

    public EndpointResolver Endpoints { get; } = new();

    /// <summary>The Service through which clients come; null when none is named, or it does not exist.</summary>
    public Service? PublishedService => publishedAddress?.Service;

    /// <summary>Whether the first list of every resource is in.</summary>
    public bool IsComplete => _awaited.Count == 0;

    /// <summary>Whether an Ingress, class or Secret changed since the routes were last translated.</summary>
    public bool RoutesChanged { get; set; }

    /// <summary>Whether a Service changed, which no route depends on but verdicts and the published address do.</summary>
    public bool ServicesChanged { get; set; }

    public AdmissionState Admission(IReadOnlyCollection<Ingress> ours) => new(settings.Translation, [.. Translator.Classes], ours, settings.OnlyNamespace);

    public void Apply(ClusterChange change)
    {
        switch (change)
        {
            case ClusterChange.ServicePut put:
                Endpoints.Put(put.Service);
                publishedAddress?.Put(put.Service);
                ServicesChanged = true;
                break;
            case ClusterChange.EndpointSlicePut put:
                Endpoints.Put(put.Slice);
                break;
            case ClusterChange.Removed { Type.Kind: "EndpointSlice" } removed:
                Endpoints.RemoveSlice(removed.Key);
                break;
            case ClusterChange.Removed { Type.Kind: "Service" } removed:
                Endpoints.RemoveService(removed.Key);
                publishedAddress?.Remove(removed.Key);
                ServicesChanged = true;
                break;
            case ClusterChange.SettingsPut put:
                if (settings.Change(put.ConfigMap))
                {
                    Translator = Translator.With(settings.Translation);
                    RoutesChanged = true;
                }

                // What is said about the settings may be new all the same.
                ServicesChanged = true;

                break;
            case ClusterChange.Synced synced:
                _awaited.Remove(synced.Type);
                RoutesChanged |= IsComplete;
                break;
            default:
                ApplyToRoutes(change);
                RoutesChanged = true;
                break;
        }
    }

    private void ApplyToRoutes(ClusterChange change)
    {
        switch (change)
        {
            case ClusterChange.IngressPut put:
                Translator.Put(put.Ingress);
                break;
            case ClusterChange.IngressUnreadable unreadable:
                Translator.PutUnreadable(unreadable.Ingress, unreadable.Problem);
                break;
            case ClusterChange.IngressClassPut put:
                Translator.Put(put.IngressClass);
                break;
            case ClusterChange.SecretPut put:
                Translator.Put(put.Secret);
                break;
            case ClusterChange.ConfigMapPut put:
                Translator.Put(put.ConfigMap);
                break;
            case ClusterChange.Removed { Type.Kind: "Ingress" } removed:
                Translator.RemoveIngress(removed.Key);
                break;
            case ClusterChange.Removed { Type.Kind: "IngressClass" } removed:
                Translator.RemoveIngressClass(removed.Key);
                break;
            case ClusterChange.Removed { Type.Kind: "Secret" } removed:
                Translator.RemoveSecret(removed.Key);
                break;
            case ClusterChange.Removed { Type.Kind: "ConfigMap" } removed:
                Translator.RemoveConfigMap(removed.Key);
                break;
            default:
                break;
        }
    }
}
