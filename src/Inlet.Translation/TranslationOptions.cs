using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Whose rules an Ingress is read by, where they differ (docs/reference/classes.md).</summary>
public enum IngressBehaviour
{
    /// <summary>Kubernetes' own, strictly: Exact stays exact, Prefix goes by element, a regular expression concerns its path.</summary>
    Inlet,

    /// <summary>Those of ingress-nginx with its quirks, but for where it fails open: there the route is closed.</summary>
    IngressNginx,
}

/// <summary>Which Ingresses are ours, and by whose rules they are read.</summary>
public sealed record TranslationOptions
{
    /// <summary>The <c>spec.controller</c> of Inlet's own IngressClasses.</summary>
    public const string ControllerName = "inlet.dev/ingress-controller";

    /// <summary>Those of a controller that takes the place of ingress-nginx.</summary>
    public static TranslationOptions IngressNginx { get; } = new()
    {
        Behaviour = IngressBehaviour.IngressNginx,
        ControllerClass = "k8s.io/ingress-nginx",
        IngressClass = "nginx",
        IngressesWithoutClass = false,
    };

    public IngressBehaviour Behaviour { get; init; }

    /// <summary>The <c>spec.controller</c> of the IngressClasses we serve.</summary>
    public string ControllerClass { get; init; } = ControllerName;

    /// <summary>The class that the old annotation <c>kubernetes.io/ingress.class</c> has to name.</summary>
    public string IngressClass { get; init; } = "inlet";

    /// <summary>Also serves the IngressClass whose name is <see cref="IngressClass"/>, whatever its controller.</summary>
    public bool ClassByName { get; init; }

    /// <summary>
    /// Ingresses that name no class: true takes them, false leaves them, null takes them while an IngressClass of ours is
    /// marked as the default one. (The API server fills in the default class on create; objects from before the class have none.)
    /// </summary>
    public bool? IngressesWithoutClass { get; init; }

    /// <summary>Serves an Ingress that names <see cref="IngressClass"/> when no such IngressClass object exists, for plain files.</summary>
    public bool ClassObjectOptional { get; init; }

    /// <summary>Annotation ssl-passthrough is honoured.</summary>
    public bool TlsPassthrough { get; init; }

    /// <summary>
    /// The fields that annotation custom-headers may set (<c>global-allowed-response-headers</c>); null allows all but the proxy's own.
    /// </summary>
    public EquatableArray<string>? AllowedAnswerFields { get; init; }

    /// <summary>Serves Ingresses of all classes, to see what would become of them.</summary>
    public bool EveryClass { get; init; }

    /// <summary>Leaves every Ingress alone that has a <c>spec.defaultBackend</c>.</summary>
    public bool DisableCatchAll { get; init; }

    /// <summary>Takes what no Ingress takes; null answers 404.</summary>
    public BackendKey? DefaultBackend { get; init; }

    /// <summary>Beginnings of paths that are served over plain HTTP in spite of a redirect to HTTPS. For <see cref="IngressBehaviour.IngressNginx"/>.</summary>
    public EquatableArray<string> NoTlsRedirectLocations { get; init; } = ["/.well-known/acme-challenge"];

    /// <summary>By the annotation's key with prefix: what holds where an Ingress says nothing.</summary>
    public IReadOnlyDictionary<string, string> AnnotationDefaults { get; init; } = new Dictionary<string, string>();

    internal bool IsIngressNginx => Behaviour == IngressBehaviour.IngressNginx;
}
