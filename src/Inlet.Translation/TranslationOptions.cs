using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Which Ingresses are ours.</summary>
public sealed record TranslationOptions
{
    /// <summary>The <c>spec.controller</c> of the IngressClasses we serve.</summary>
    public const string ControllerName = "inlet.dev/ingress-controller";

    /// <summary>The class that the old annotation <c>kubernetes.io/ingress.class</c> has to name.</summary>
    public string IngressClass { get; init; } = "inlet";

    /// <summary>
    /// Ingresses that name no class: true takes them, false leaves them, null takes them while an IngressClass of ours is
    /// marked as the default one. (The API server fills in the default class on create; objects from before the class have none.)
    /// </summary>
    public bool? IngressesWithoutClass { get; init; }

    /// <summary>Serves an Ingress that names <see cref="IngressClass"/> when no such IngressClass object exists, for plain files.</summary>
    public bool ClassObjectOptional { get; init; }

    /// <summary>The service that is asked about requests of Ingresses that name none (<c>global-auth-*</c>); null: none.</summary>
    public ExternalAuthenticationPolicy? GlobalAuthentication { get; init; }

    /// <summary>
    /// The fields that annotation custom-headers may set (<c>global-allowed-response-headers</c>); null allows all but the proxy's own.
    /// </summary>
    public EquatableArray<string>? AllowedAnswerFields { get; init; }
}
