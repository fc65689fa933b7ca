using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// Everything that is claimed for one host → its model. The rules that involve more than one object are here: who wins a
/// path, which canaries join it, whose certificate is served. Depends on the fragments and Secrets given, on nothing else.
/// </summary>
internal sealed class HostMerge(string host, SecretStore secrets, TranslationOptions options)
{
    private readonly List<Verdict> _verdicts = [];
    private readonly Dictionary<PathMatch, (IngressFragment Owner, PathClaim Claim, List<Canary> Canaries)> _routes = [];
    private readonly List<PathMatch> _order = [];

    // By reference: one fragment's routes share one value, and its verdict is given once.
    private readonly Dictionary<IngressFragment, RoutePolicies> _policies = new(ReferenceEqualityComparer.Instance);

    /// <summary>The Secrets whose change changes this host.</summary>
    public HashSet<ObjectKey> Secrets { get; } = [];

    /// <param name="fragments">Those that claim something of this host, oldest first.</param>
    /// <returns>Null when nothing is left to serve.</returns>
    public static (HostModel? Model, EquatableArray<Verdict> Verdicts, HashSet<ObjectKey> Secrets) Merge(
        string host, IReadOnlyList<IngressFragment> fragments, SecretStore secrets, TranslationOptions options)
    {
        var merge = new HostMerge(host, secrets, options);
        merge.AddRoutes(fragments, isImplicit: false);
        merge.AddRoutes(options.IsIngressNginx ? NginxHostRules.RootOwner(host, fragments) : fragments, isImplicit: true);
        if (merge._routes.Count == 0)
        {
            // A name that is nobody's own may be redirected to the one it goes with.
            merge.AddRoutes(fragments, isImplicit: false, ofOtherNames: true);
        }

        merge.AddCanaries(fragments);
        var certificates = merge.Certificates(fragments);
        var routes = options.IsIngressNginx
            ? new NginxHostRules(host, options, merge.Add).Apply(fragments, merge._order.Select(path => merge.Claimed(merge._routes[path])).ToList())
            : merge._order.Select(path => merge.Route(merge._routes[path])).ToEquatableArray();
        var model = routes.IsEmpty && certificates.IsEmpty ? null : new HostModel(host, routes, certificates);
        return (model, merge._verdicts.ToEquatableArray(), merge.Secrets);
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
                if (claim.Host == host && !(claim.Implicit && options.IsIngressNginx))
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
            main.Canaries.Add(new Canary(claim.Backend!, settings.Header, settings.Cookie, settings.Weight, settings.WeightTotal, fragment.Source));
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
                if ((owner is not null && !ReferenceEquals(owner, fragment)) || (options.IsIngressNginx && chosenSecrets.Count > 0))
                {
                    Add(fragment, claim.Field, VerdictOutcome.Conflict, VerdictCodes.TlsConflict,
                        $"{Named(host)} is already served with the certificate that the older {owner!.Source} names, which stands. Name one Secret for a host.");
                    continue;
                }

                // A broken Secret of an older Ingress keeps a younger one's out, in ingress-nginx.
                owner = options.IsIngressNginx ? fragment : owner;
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

    private CertificateMaterial? Load(IngressFragment fragment, TlsClaim claim, ObjectKey key)
    {
        Secrets.Add(key);
        var (certificate, code, reason) = secrets.Find(key);
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

        var policies = Policies(owner);
        return owner.Settings.RewriteTarget == claim.Path.Path ? policies with { Rewrite = null } : policies;
    }

    private RoutePolicies Policies(IngressFragment fragment)
    {
        if (!_policies.TryGetValue(fragment, out var policies))
        {
            _policies[fragment] = policies = fragment.Settings.UpstreamTls is { } tls && !fragment.Settings.Policies.Closed
                ? WithUpstreamTls(fragment, tls) : fragment.Settings.Policies;
        }

        return policies;
    }

    private RoutePolicies WithUpstreamTls(IngressFragment fragment, UpstreamTlsSettings settings)
    {
        if (settings.Secret is { } key)
        {
            Secrets.Add(key);
        }

        var (policy, reason) = UpstreamTlsAnnotations.Resolve(settings, secrets);
        if (policy is null)
        {
            Add(fragment, UpstreamTlsAnnotations.SecretField, VerdictOutcome.Refused,
                secrets.Get(settings.Secret!.Value) is null ? VerdictCodes.SecretNotFound : VerdictCodes.SecretInvalid,
                $"Secret {settings.Secret} {reason}; every request of this Ingress for {Named(host)} is answered 503.");
        }

        return fragment.Settings.Policies with { UpstreamTls = policy, Closed = policy is null };
    }

    private void Add(IngressFragment about, string field, VerdictOutcome outcome, string code, string message) =>
        _verdicts.Add(new Verdict(about.Source, field, outcome, code, message));

    // "/foo" and "/foo/" are the same prefix (Kubernetes); to ingress-nginx they are two.
    private PathMatch Comparable(PathMatch path) =>
        !options.IsIngressNginx && path.Kind == PathMatchKind.Prefix && path.Path.Length > 1 ? path with { Path = path.Path.TrimEnd('/') } : path;

    private static string Named(string host) => host.Length == 0 ? "every host" : $"host {host}";
}
