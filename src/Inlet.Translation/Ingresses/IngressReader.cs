using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Ingress → fragment. Pure; never throws for anything a user can write.</summary>
internal static class IngressReader
{
    public static IngressFragment Read(Ingress ingress, TranslationOptions options)
    {
        var metadata = ingress.Metadata ?? new ObjectMeta();
        var source = Reference(metadata);
        var verdicts = new Verdicts(source);
        var age = new IngressAge(metadata.CreationTimestamp, metadata.Key, options.IsIngressNginx);
        try
        {
            return Read(ingress.Spec ?? new IngressSpec(), metadata, source, age, options, verdicts);
        }
        catch (Exception exception)
        {
            // The boundary of this object: whatever is wrong with it, or with us, stays with it.
            verdicts.Refused("", VerdictCodes.TranslationFailed, $"The Ingress cannot be translated and is not served: {exception.Message}");
            return new IngressFragment(source, age, null, RouteSettings.None, [], [], null, verdicts.ToArray());
        }
    }

    public static ObjectReference Reference(ObjectMeta metadata) => new("Ingress", metadata.Namespace, metadata.Name, metadata.Uid);

    private static IngressFragment Read(IngressSpec spec, ObjectMeta metadata, ObjectReference source, IngressAge age, TranslationOptions options, Verdicts verdicts)
    {
        var annotations = new AnnotationReader(metadata.Annotations, verdicts) { Behaviour = options.Behaviour, Defaults = options.AnnotationDefaults };
        var canary = CanaryAnnotations.Read(annotations);
        var settings = RouteSettings.None;
        if (canary is null)
        {
            settings = RouteAnnotations.Read(annotations, source, options);
        }
        else
        {
            RouteAnnotations.ReportOnCanary(annotations);
        }

        AnnotationCatalog.ReportUnread(metadata.Annotations, verdicts);
        if (options.IsIngressNginx)
        {
            AnnotationCatalog.ReportDiffering(metadata.Annotations, verdicts);
        }

        var fallback = spec.DefaultBackend is { } backend
            ? BackendReader.Read(backend, metadata.Namespace, "spec.defaultBackend", verdicts)
            : null;
        IReadOnlyList<PathClaim> paths = options.IsIngressNginx
            ? new PathReader(metadata.Namespace, fallback, verdicts) { IsIngressNginx = true, GlobalDefault = options.DefaultBackend }.Read(spec.Rules ?? [])
            : new PathReader(metadata.Namespace, fallback, verdicts) { MayBeExpressions = settings.PathsMayBeExpressions }.Read(spec.Rules ?? []);
        if (ServiceUpstreamAnnotations.Parse(annotations))
        {
            fallback = fallback is null ? null : fallback with { Backend = fallback.Backend with { ClusterAddress = true } };
            paths = [.. paths.Select(static claim => claim.Backend is { } own ? claim with { Backend = own with { ClusterAddress = true } } : claim)];
        }

        // In front: app-root is about the very path that somebody may also have written.
        IReadOnlyList<PathClaim> claims = canary is null ? [.. RedirectAnnotations.Claims(annotations, paths), .. paths] : paths;
        var tls = TlsReader.Read(spec, paths, verdicts);
        var isCatchAll = spec.Rules is null or { Count: 0 };
        if (isCatchAll && spec.DefaultBackend is null)
        {
            verdicts.Refused("spec", VerdictCodes.NothingToServe, "The Ingress has neither rules nor a defaultBackend; add one of them.");
        }

        if (isCatchAll && canary is null)
        {
            RouteAnnotations.ReportWithoutRules(annotations);
            settings = settings with { Policies = settings.Policies with { Redirect = null, Rewrite = null, ForwardedPrefix = null } };
        }

        return new IngressFragment(
            source, age, canary, settings, claims.ToEquatableArray(), tls, isCatchAll ? fallback : null, verdicts.ToArray())
        {
            AsksForTls = spec.Tls is { Count: > 0 },
            IsDropped = annotations.Dropped,
        };
    }
}
