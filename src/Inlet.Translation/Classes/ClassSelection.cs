using Inlet.Kubernetes;

namespace Inlet.Translation;

/// <summary>Decides which Ingresses are ours, from the IngressClasses as they are now.</summary>
internal sealed class ClassSelection(TranslationOptions options)
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";
    private const string DefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";
    private readonly Dictionary<string, IngressClass> _classes = [];

    public IEnumerable<IngressClass> All => _classes.Values;

    public void Put(IngressClass ingressClass) => _classes[ingressClass.Metadata?.Name ?? ""] = ingressClass;

    public void CopyTo(ClassSelection other)
    {
        foreach (var ingressClass in _classes.Values)
        {
            other.Put(ingressClass);
        }
    }

    public void Remove(string name) => _classes.Remove(name);

    /// <summary>A named class decides alone: where it is unknown, the old annotation is not asked.</summary>
    public bool IsOurs(Ingress ingress)
    {
        if (options.DisableCatchAll && ingress.Spec?.DefaultBackend is not null)
        {
            return false;
        }

        if (options.EveryClass)
        {
            return true;
        }

        if (ingress.Spec?.IngressClassName is { Length: > 0 } name)
        {
            return _classes.TryGetValue(name, out var named) ? IsOurs(named) : options.ClassObjectOptional && name == options.IngressClass;
        }

        if (ingress.Metadata?.Annotations?.TryGetValue(ClassAnnotation, out var annotated) == true)
        {
            return annotated == options.IngressClass;
        }

        return options.IngressesWithoutClass ?? _classes.Values.Any(candidate => IsOurs(candidate) && IsDefault(candidate));
    }

    private bool IsOurs(IngressClass candidate) =>
        candidate.Spec?.Controller == options.ControllerClass || (options.ClassByName && candidate.Metadata?.Name == options.IngressClass);

    private static bool IsDefault(IngressClass candidate) => candidate.Metadata?.Annotations?.GetValueOrDefault(DefaultAnnotation) == "true";
}
