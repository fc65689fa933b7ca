using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>
/// Reads the same Ingresses by the rules of both classes and finds the routes that come out otherwise. Roots that nobody wrote,
/// and when plain HTTP is redirected, are left out: they differ for nearly everybody, and are told once, in the documentation.
/// </summary>
internal sealed class ClassComparison
{
    private const int MostPaths = 3;
    private readonly Translator _nginx = new(TranslationOptions.IngressNginx with { EveryClass = true });
    private readonly Translator _inlet = new(new TranslationOptions { EveryClass = true });
    private readonly Dictionary<ObjectReference, string> _classes = [];

    /// <param name="name">The class it is of.</param>
    public void Add(Ingress ingress, string name)
    {
        _nginx.Put(ingress);
        _inlet.Put(ingress);
        var metadata = ingress.Metadata ?? new ObjectMeta();
        _classes[new ObjectReference("Ingress", metadata.Namespace, metadata.Name, metadata.Uid)] = name;
    }

    public IEnumerable<(ObjectReference Source, string Class, string Field, string Message)> Differences()
    {
        var inlet = _inlet.Translate().Model.Hosts.ToDictionary(static host => host.Host);
        foreach (var host in _nginx.Translate().Model.Hosts.ToList())
        {
            if (!inlet.Remove(host.Host, out var other))
            {
                continue;
            }

            foreach (var source in host.Routes.Concat(other.Routes).Select(static route => route.Source).Distinct())
            {
                var here = Lines(host, source);
                var there = Lines(other, source);
                if (!here.SequenceEqual(there))
                {
                    yield return (source, _classes.GetValueOrDefault(source, ""), "spec.rules",
                        $"{(host.Host.Length == 0 ? "Every host" : $"Host {host.Host}")} is served otherwise in the other class. nginx: {Some(here.Except(there))}; inlet: {Some(there.Except(here))}.");
                }
            }
        }
    }

    private static List<string> Lines(HostModel host, ObjectReference source) =>
        [.. host.Routes.Where(route => route.Source == source && !route.Split.NotFound).Select(Line).Order(StringComparer.Ordinal)];

    private static string Line(Route route) =>
        $"{(route.Path.Kind == PathMatchKind.Regex ? "any case of regular expression" : route.Path.Kind.ToString())} {route.Path.Path}"
        + (route.Policies.Redirect is { } redirect ? $" (redirects to {redirect.Location})" : "");

    private static string Some(IEnumerable<string> lines)
    {
        var all = lines.ToList();
        return all.Count == 0 ? "nothing more" : string.Join(", ", all.Take(MostPaths)) + (all.Count > MostPaths ? $" and {all.Count - MostPaths} more" : "");
    }
}
