using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>The TLS contexts of a model's routes. One whose policy cannot be used is null: its routes are closed.</summary>
internal sealed class UpstreamTlsSet
{
    private readonly Dictionary<UpstreamTlsPolicy, UpstreamTls?> _byValue = [];
    private readonly Dictionary<UpstreamTlsPolicy, UpstreamTls?> _byReference = new(ReferenceEqualityComparer.Instance);

    public static UpstreamTlsSet Empty { get; } = new();

    /// <summary>Contexts of <paramref name="previous"/> are taken over, and with them nothing has to be parsed again.</summary>
    public static UpstreamTlsSet Load(RouteModel model, UpstreamTlsSet previous, List<Verdict> verdicts)
    {
        UpstreamTlsSet? set = null;
        foreach (var host in model.Hosts)
        {
            foreach (var route in host.Routes)
            {
                if (route.Policies.UpstreamTls is { } policy)
                {
                    (set ??= new UpstreamTlsSet()).Add(policy, previous, verdicts);
                }
            }
        }

        if (model.DefaultPolicies.UpstreamTls is { } ofDefault)
        {
            (set ??= new UpstreamTlsSet()).Add(ofDefault, previous, verdicts);
        }

        return set ?? Empty;
    }

    public UpstreamTls? Find(UpstreamTlsPolicy policy)
    {
        // By reference first: the value's hash would read whole certificates at every request. A route that was taken over from
        // an older table may hold an equal policy of its own.
        return _byReference.TryGetValue(policy, out var tls) || _byValue.TryGetValue(policy, out tls) ? tls : null;
    }

    private void Add(UpstreamTlsPolicy policy, UpstreamTlsSet previous, List<Verdict> verdicts)
    {
        if (!_byValue.TryGetValue(policy, out var tls))
        {
            _byValue[policy] = tls = previous._byValue.GetValueOrDefault(policy) ?? Make(policy, verdicts);
        }

        _byReference.TryAdd(policy, tls);
    }

    private static UpstreamTls? Make(UpstreamTlsPolicy policy, List<Verdict> verdicts)
    {
        try
        {
            return new UpstreamTls(policy);
        }
        catch (FormatException error)
        {
            verdicts.Add(new Verdict(policy.Source, "", VerdictOutcome.Refused, "UpstreamTlsInvalid",
                $"{policy.Source}: {error.Message}. Its routes are answered 503; correct the Secret or the annotation."));
            return null;
        }
    }
}
