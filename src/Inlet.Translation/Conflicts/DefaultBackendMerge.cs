using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Catch-all Ingresses (a defaultBackend and no rules) → the split for what no host and path takes.</summary>
internal static class DefaultBackendMerge
{
    /// <param name="fragments">Catch-all ones, oldest first.</param>
    public static DefaultBackendResult Merge(IReadOnlyList<IngressFragment> fragments, ClusterObjects objects)
    {
        var verdicts = new List<Verdict>();
        var main = fragments.FirstOrDefault(static fragment => fragment.Canary is null);
        var canaries = new List<Canary>();
        foreach (var fragment in fragments.Where(fragment => !ReferenceEquals(fragment, main)))
        {
            var (backend, field) = fragment.DefaultBackend!;
            if (fragment.Canary is not { } settings)
            {
                verdicts.Add(new Verdict(fragment.Source, field, VerdictOutcome.Conflict, VerdictCodes.DefaultBackendConflict,
                    $"The older {main!.Source} is already the default for everything that no rule takes, and stands. Remove one of them."));
            }
            else if (main is null)
            {
                verdicts.Add(new Verdict(fragment.Source, field, VerdictOutcome.Refused, VerdictCodes.CanaryWithoutMain,
                    "No Ingress without canary annotation has a defaultBackend and no rules, so there is nothing to take a part of."));
            }
            else if (main.DefaultBackend!.Backend == backend)
            {
                verdicts.Add(new Verdict(fragment.Source, field, VerdictOutcome.Refused, VerdictCodes.CanarySameBackend,
                    $"The canary's default backend is the one that {main.Source} already sends everything to; it has no effect. Name another Service."));
            }
            else
            {
                canaries.Add(new Canary(backend, settings.Header, settings.Cookie, settings.Weight, settings.WeightTotal, fragment.Source) { WithoutAffinity = settings.WithoutAffinity });
            }
        }

        if (main is null)
        {
            return DefaultBackendResult.None with { Verdicts = verdicts.ToEquatableArray() };
        }

        var uses = new HashSet<ObjectKey>();
        var policies = ObjectLookup.Apply(main, objects, uses, "", (field, code, message) =>
            verdicts.Add(new Verdict(main.Source, field, VerdictOutcome.Refused, code, message)));
        policies = UpstreamHostAnnotations.Resolve(policies, main.Source, main.DefaultBackend!.Backend);
        return new DefaultBackendResult(new Split(main.DefaultBackend!.Backend, canaries.ToEquatableArray()), policies, verdicts.ToEquatableArray(), uses);
    }
}

/// <param name="Uses">The Secrets and ConfigMaps whose change changes the policies.</param>
internal sealed record DefaultBackendResult(Split? Split, RoutePolicies Policies, EquatableArray<Verdict> Verdicts, HashSet<ObjectKey> Uses)
{
    public static DefaultBackendResult None { get; } = new(null, RoutePolicies.Default, [], []);
}
