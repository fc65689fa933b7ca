using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// Everything that is claimed for one host → its model. The rules that involve more than one object are here: who wins a
/// path, which canaries join it, whose certificate is served. Depends on the fragments and Secrets given, on nothing else.
/// </summary>
internal sealed class HostMerge(string host, ClusterObjects objects)
{
    private readonly List<Verdict> _verdicts = [];
    private readonly Dictionary<PathMatch, (IngressFragment Owner, PathClaim Claim, List<Canary> Canaries)> _routes = [];
    private readonly List<PathMatch> _order = [];

    // By reference: one fragment's routes share one value, and its verdict is given once.
    private readonly Dictionary<IngressFragment, RoutePolicies> _policies = new(ReferenceEqualityComparer.Instance);

    /// <summary>The Secrets and ConfigMaps whose change changes this host.</summary>
    public HashSet<ObjectKey> Uses { get; } = [];

    /// <param name="fragments">Those that claim something of this host, oldest first.</param>
    /// <returns>Null when nothing is left to serve.</returns>
    public static (HostModel? Model, EquatableArray<Verdict> Verdicts, HashSet<ObjectKey> Uses) Merge(
        string host, IReadOnlyList<IngressFragment> fragments, ClusterObjects objects)
    {
        var merge = new HostMerge(host, objects);
        merge.AddRoutes(fragments, isImplicit: false);
        merge.AddRoutes(objects.Options.IsIngressNginx ? NginxHostRules.RootOwner(host, fragments) : fragments, isImplicit: true);
        if (merge._routes.Count == 0)
        {
            // A name that is nobody's own may be redirected to the one it goes with.
            merge.AddRoutes(fragments, isImplicit: false, ofOtherNames: true);
        }

        merge.AddCanaries(fragments);
        var certificates = merge.Certificates(fragments);
        var routes = objects.Options.IsIngressNginx
            ? new NginxHostRules(host, objects.Options, merge.Add).Apply(fragments, merge._order.Select(path => merge.Claimed(merge._routes[path])).ToList())
            : merge._order.Select(path => merge.Route(merge._routes[path])).ToEquatableArray();
        var asked = merge.ClientCertificates(fragments);
        var passthrough = merge.Passthrough(fragments, routes);
        var model = routes.IsEmpty && certificates.IsEmpty ? null : new HostModel(host, routes, certificates)
        {
            ClientCertificates = asked,
            Tls = merge.Tls(fragments),
            Passthrough = passthrough,
        };
        return (model, merge._verdicts.ToEquatableArray(), merge.Uses);
    }

    private void AddRoutes(IReadOnlyList<IngressFragment> fragments, bool isImplicit, bool ofOtherNames = false)
    {
        foreach (var fragment in fragments.Where(static fragment => fragment.Canary is null))
        {
            foreach (var claim in fragment.Paths)
            {
                if (claim.Host != host || claim.Implicit != isImplicit || claim.OtherName != ofOtherNames)
                {
                    continue;
                }

                var path = Comparable(claim.Path);
                if (_routes.TryAdd(path, (fragment, claim, [])))
                {
                    _order.Add(path);
                }
                else if (!_routes[path].Claim.Implicit && isImplicit)
                {
                    // Somebody wrote the root path: that is what a default is for.
                }
                else
                {
                    ReportLoser(fragment, claim, _routes[path].Owner);
                }
            }
        }
    }

    private void ReportLoser(IngressFragment loser, PathClaim claim, IngressFragment winner)
    {
        var where = $"{claim.Path.Kind} path {claim.Path.Path} of {Named(host)}";
        Add(loser, claim.Field, VerdictOutcome.Conflict, VerdictCodes.PathConflict, ReferenceEquals(loser, winner)
            ? $"{where} occurs twice in this Ingress; the first one stands. Remove one of them."
            : $"{where} is already served by the older {winner.Source}, which stands. Remove the path from one of them.");
    }

    private void AddCanaries(IReadOnlyList<IngressFragment> fragments)
    {
        foreach (var fragment in fragments)
        {
            if (fragment.Canary is not { } settings)
            {
                continue;
            }

            foreach (var claim in fragment.Paths)
            {
                // The root that nobody wrote is no path of a canary's.
                if (claim.Host == host && !(claim.Implicit && objects.Options.IsIngressNginx))
                {
                    AddCanary(fragment, settings, claim);
                }
            }
        }
    }

    private void AddCanary(IngressFragment fragment, CanarySettings settings, PathClaim claim)
    {
        var where = $"{claim.Path.Kind} path {claim.Path.Path} of {Named(host)}";
        if (!_routes.TryGetValue(Comparable(claim.Path), out var main))
        {
            Add(fragment, claim.Field, VerdictOutcome.Refused, VerdictCodes.CanaryWithoutMain,
                $"No Ingress without canary annotation serves {where}, so there is nothing to take a part of. Host, path and path type have to be the same.");
        }
        else if (main.Claim.Backend == claim.Backend)
        {
            Add(fragment, claim.Field, VerdictOutcome.Refused, VerdictCodes.CanarySameBackend,
                $"The canary's backend for {where} is the one that {main.Owner.Source} already sends everything to; it has no effect. Name another Service.");
        }
        else
        {
            main.Canaries.Add(new Canary(claim.Backend!, settings.Header, settings.Cookie, settings.Weight, settings.WeightTotal, fragment.Source) { WithoutAffinity = settings.WithoutAffinity });
        }
    }

    private EquatableArray<CertificateMaterial> Certificates(IReadOnlyList<IngressFragment> fragments)
    {
        var chosen = new List<CertificateMaterial>();
        var chosenSecrets = new HashSet<ObjectKey>();
        IngressFragment? owner = null;
        foreach (var fragment in fragments.Where(static fragment => fragment.Canary is null))
        {
            foreach (var claim in fragment.Tls)
            {
                if (claim.Host != host || claim.SecretName is null)
                {
                    continue;
                }

                var key = new ObjectKey(fragment.Source.Namespace, claim.SecretName);
                if (chosenSecrets.Contains(key))
                {
                    continue;
                }

                // An Ingress may give a host two certificates (RSA and ECDSA); a second Ingress may not add its own.
                if ((owner is not null && !ReferenceEquals(owner, fragment)) || (objects.Options.IsIngressNginx && chosenSecrets.Count > 0))
                {
                    Add(fragment, claim.Field, VerdictOutcome.Conflict, VerdictCodes.TlsConflict,
                        $"{Named(host)} is already served with the certificate that the older {owner!.Source} names, which stands. Name one Secret for a host.");
                    continue;
                }

                // A broken Secret of an older Ingress keeps a younger one's out, in ingress-nginx.
                owner = objects.Options.IsIngressNginx ? fragment : owner;
                if (Load(fragment, claim, key) is { } certificate)
                {
                    owner = fragment;
                    chosenSecrets.Add(key);
                    chosen.Add(certificate);
                }
            }
        }

        ReportCanaries(fragments, chosenSecrets);
        return chosen.ToEquatableArray();
    }

    private HostTlsPolicy? Tls(IReadOnlyList<IngressFragment> fragments) => host.Length == 0
        ? null : fragments.Where(fragment => fragment.Settings.HostTls is not null && fragment.Paths.Any(claim => claim.Host == host && !claim.OtherName))
            .Select(static fragment => fragment.Settings.HostTls).FirstOrDefault();

    /// <summary>Any Ingress of the host can ask for it; where it leads only the root path says.</summary>
    private BackendKey? Passthrough(IReadOnlyList<IngressFragment> fragments, EquatableArray<Route> routes)
    {
        var asks = fragments.FirstOrDefault(fragment => fragment.Settings.Passthrough && host.Length > 0 && fragment.Paths.Any(claim => claim.Host == host && !claim.OtherName));
        if (asks is null)
        {
            return null;
        }

        if (routes.FirstOrDefault(static route => route.Path is { Path: "/", Kind: PathMatchKind.Prefix })?.Split.Primary is { } backend)
        {
            return backend;
        }

        Add(asks, HostTlsAnnotations.PassField, VerdictOutcome.Refused, VerdictCodes.AnnotationWithoutEffect,
            $"TLS of {Named(host)} is not passed through, because no rule says which Service its path / has. Add one.");
        return null;
    }

    /// <summary>The oldest Ingress that asks something of clients decides for the host, also for what others have there.</summary>
    private ClientCertificatePolicy? ClientCertificates(IReadOnlyList<IngressFragment> fragments)
    {
        IngressFragment? owner = null;
        foreach (var fragment in fragments)
        {
            if (fragment.Settings.ClientCertificates is not { } setting || host.Length == 0 || !fragment.Paths.Any(claim => claim.Host == host && !claim.OtherName))
            {
                continue;
            }

            if (owner is null)
            {
                owner = fragment;
            }
            else if (setting != owner.Settings.ClientCertificates)
            {
                Add(fragment, ClientCertificateAnnotations.SecretField, VerdictOutcome.Conflict, VerdictCodes.ClientCertificatesConflict,
                    $"What {Named(host)} asks of clients is already said by the older {owner.Source}, which stands. Say the same in both.");
            }
        }

        if (owner?.Settings.ClientCertificates is not { } chosen)
        {
            return null;
        }

        if (chosen.Secret is { } key)
        {
            Uses.Add(key);
        }

        var (policy, code, reason) = ClientCertificateAnnotations.Resolve(chosen, objects);
        if (reason.Length > 0)
        {
            Add(owner, ClientCertificateAnnotations.SecretField, VerdictOutcome.Refused, code,
                $"Secret {chosen.Secret} {reason}; every request for {Named(host)} is answered 503.");
        }

        return policy;
    }

    private CertificateMaterial? Load(IngressFragment fragment, TlsClaim claim, ObjectKey key)
    {
        Uses.Add(key);
        var (certificate, code, reason) = objects.Secrets.Find(key);
        if (certificate is null)
        {
            Add(fragment, $"{claim.Field}.secretName", VerdictOutcome.Refused, code,
                $"Secret {key} {reason}; {Named(host)} is served with the default certificate. Create it with kubectl create secret tls {key.Name} -n {key.Namespace}.");
        }

        return certificate;
    }

    // Copies of the main Ingress carry its TLS section along; only one that says something else is worth a word.
    private void ReportCanaries(IReadOnlyList<IngressFragment> fragments, HashSet<ObjectKey> chosen)
    {
        foreach (var fragment in fragments.Where(static fragment => fragment.Canary is not null))
        {
            foreach (var claim in fragment.Tls)
            {
                if (claim.Host == host && claim.SecretName is { } secret && !chosen.Contains(new ObjectKey(fragment.Source.Namespace, secret)))
                {
                    Add(fragment, claim.Field, VerdictOutcome.Refused, VerdictCodes.TlsIgnoredOnCanary,
                        $"The TLS section of a canary has no effect; the certificate of {Named(host)} comes from the Ingress the canary belongs to.");
                }
            }
        }
    }

    private ClaimedRoute Claimed((IngressFragment Owner, PathClaim Claim, List<Canary> Canaries) route) => new(Route(route), route.Owner, route.Claim);

    private Route Route((IngressFragment Owner, PathClaim Claim, List<Canary> Canaries) route) => new(
        route.Claim.Path, Split(route.Claim, route.Canaries), route.Owner.Settings.TlsRedirect, route.Owner.Source)
    {
        Policies = Policies(route.Owner, route.Claim),
    };

    private static Split Split(PathClaim claim, List<Canary> canaries) =>
        new(claim.Backend, canaries.ToEquatableArray()) { NotFound = claim is { Backend: null, Redirect: null } };

    private RoutePolicies Policies(IngressFragment owner, PathClaim claim)
    {
        if (claim.Redirect is { } redirect)
        {
            return RoutePolicies.Default with { Redirect = redirect, Closed = owner.Settings.Policies.Closed };
        }

        var policies = UpstreamHostAnnotations.Resolve(Policies(owner), owner.Source, claim.Backend);
        if (policies.Affinity is { Path: null } affinity)
        {
            // A pattern is no path that a browser could compare.
            policies = policies with { Affinity = affinity with { Path = claim.Path.Kind == PathMatchKind.Regex ? "/" : claim.Path.Path } };
        }

        return owner.Settings.RewriteTarget == claim.Path.Path ? policies with { Rewrite = null, ForwardedPrefix = null } : policies;
    }

    private RoutePolicies Policies(IngressFragment fragment)
    {
        if (!_policies.TryGetValue(fragment, out var policies))
        {
            _policies[fragment] = policies = ObjectLookup.Apply(
                fragment, objects, Uses, host, (field, code, message) => Add(fragment, field, VerdictOutcome.Refused, code, message));
        }

        return policies;
    }

    private void Add(IngressFragment about, string field, VerdictOutcome outcome, string code, string message) =>
        _verdicts.Add(new Verdict(about.Source, field, outcome, code, message));

    // "/foo" and "/foo/" are the same prefix (Kubernetes); to ingress-nginx they are two.
    private PathMatch Comparable(PathMatch path) =>
        !objects.Options.IsIngressNginx && path.Kind == PathMatchKind.Prefix && path.Path.Length > 1 ? path with { Path = path.Path.TrimEnd('/') } : path;

    internal static string Named(string host) => host.Length == 0 ? "every host" : $"host {host}";
}
