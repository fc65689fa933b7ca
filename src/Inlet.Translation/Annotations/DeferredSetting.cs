using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>What an annotation asks for and another object holds; looked up whenever hosts are merged.</summary>
internal abstract record DeferredSetting
{
    /// <summary>The policies with what the object holds now, or closed, with a verdict, when it cannot be had.</summary>
    public abstract RoutePolicies Apply(RoutePolicies policies, ObjectLookup lookup);
}

/// <summary>Finds objects for one Ingress and remembers which, so that their changes come back to the host.</summary>
/// <param name="report">Field, code and message.</param>
internal sealed class ObjectLookup(ClusterObjects objects, HashSet<ObjectKey> uses, string host, Action<string, string, string> report)
{
    /// <summary>A fragment's policies with all that has to be looked up.</summary>
    public static RoutePolicies Apply(IngressFragment fragment, ClusterObjects objects, HashSet<ObjectKey> uses, string host, Action<string, string, string> report)
    {
        var policies = fragment.Settings.Policies;
        var lookup = new ObjectLookup(objects, uses, host, report);
        foreach (var deferred in policies.Closed ? [] : fragment.Settings.Deferred)
        {
            policies = deferred.Apply(policies, lookup);
        }

        return policies;
    }

    public TranslationOptions Options => objects.Options;

    public Secret? Secret(ObjectKey key)
    {
        uses.Add(key);
        return objects.Secrets.Get(key);
    }

    public ConfigMap? ConfigMap(ObjectKey key)
    {
        uses.Add(key);
        return objects.ConfigMap(key);
    }

    /// <summary>Closes the routes of the Ingress on this host and says why.</summary>
    public RoutePolicies Close(RoutePolicies policies, string field, string code, string problem)
    {
        report(field, code, $"{problem}; every request of this Ingress for {HostMerge.Named(host)} is answered 503.");
        return policies with { Closed = true };
    }

    /// <summary>Says what is not honoured while the routes stay open.</summary>
    public void Report(string field, string code, string message) => report(field, code, message);
}
