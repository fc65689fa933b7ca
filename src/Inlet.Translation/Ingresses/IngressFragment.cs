using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>
/// What one Ingress claims, before anyone else is asked. Depends on that object alone, and is computed once per version of it.
/// </summary>
/// <param name="Canary">Null for an ordinary Ingress.</param>
/// <param name="DefaultBackend">Of a catch-all Ingress, one without rules; null otherwise.</param>
internal sealed record IngressFragment(
    ObjectReference Source,
    IngressAge Age,
    CanarySettings? Canary,
    RouteSettings Settings,
    EquatableArray<PathClaim> Paths,
    EquatableArray<TlsClaim> Tls,
    BackendClaim? DefaultBackend,
    EquatableArray<Verdict> Verdicts)
{
    /// <summary>
    /// A value for which ingress-nginx refuses the whole object: of an Ingress that was served before, the version before stays
    /// in force. Always false in class inlet.
    /// </summary>
    public bool IsDropped { get; init; }

    /// <summary>Has a TLS section, whatever is in it.</summary>
    public bool AsksForTls { get; init; }

    /// <summary>The hosts whose model depends on this fragment.</summary>
    public IEnumerable<string> Hosts => Paths.Select(static claim => claim.Host).Concat(Tls.Select(static claim => claim.Host))
        .Concat(Settings.Aliases).Distinct();
}

/// <summary>Older Ingresses win. Objects from files have no age; there, and among twins, the name decides.</summary>
/// <param name="GreaterNameFirst">Among twins; ingress-nginx has it so.</param>
internal readonly record struct IngressAge(DateTimeOffset? Created, ObjectKey Key, bool GreaterNameFirst = false) : IComparable<IngressAge>
{
    public int CompareTo(IngressAge other) =>
        Nullable.Compare(Created, other.Created) is not 0 and var order ? order
        : GreaterNameFirst ? other.Key.CompareTo(Key) : Key.CompareTo(other.Key);
}

/// <param name="Field">JSON path of the backend.</param>
internal sealed record BackendClaim(BackendKey Backend, string Field);

/// <summary>One host and path.</summary>
/// <param name="Backend">Null where <see cref="Redirect"/> stands in its place.</param>
/// <param name="Implicit">
/// The root that <c>spec.defaultBackend</c> gives to each host of its Ingress; any path that somebody wrote comes before it.
/// </param>
internal sealed record PathClaim(string Host, PathMatch Path, BackendKey? Backend, string Field, bool Implicit)
{
    /// <summary>In place of a backend.</summary>
    public RedirectPolicy? Redirect { get; init; }

    /// <summary>Of a host that nobody has rules for; any other claim of it goes before.</summary>
    public bool OtherName { get; init; }
}

/// <summary>One host of <c>spec.tls</c>.</summary>
/// <param name="SecretName">Null asks for TLS with the default certificate.</param>
internal sealed record TlsClaim(string Host, string? SecretName, string Field);
