using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer;

/// <summary>Kubernetes' DefaultIngressClass admission.</summary>
public sealed partial class ApiCore
{
    private const string DefaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";
    private const string OldClassAnnotation = "kubernetes.io/ingress.class";

    /// <summary>Only on create, and never beside the old annotation, as in Kubernetes: an update keeps what the user removed removed.</summary>
    private void AdmitIngressClass(ServedResource resource, JsonObject obj)
    {
        if (resource.Definition.Type != ResourceTypes.Ingresses
            || obj.Object("spec").String("ingressClassName") is not null
            || obj.Annotations().String(OldClassAnnotation) is not null)
        {
            return;
        }

        // The newest default wins, then the name: Kubernetes' rule since 1.25, where several used to be refused.
        var chosen = Store.State.List(ResourceTypes.IngressClasses.ToString(), "")
            .Select(static stored => stored.Object)
            .Where(static c => c.Annotations().String(DefaultClassAnnotation) == "true")
            .OrderByDescending(static c => c.Metadata().String("creationTimestamp"), StringComparer.Ordinal)
            .ThenBy(static c => c.Name(), StringComparer.Ordinal)
            .FirstOrDefault();
        if (chosen is not null)
        {
            obj.GetOrAddObject("spec")["ingressClassName"] = chosen.Name();
        }
    }
}
