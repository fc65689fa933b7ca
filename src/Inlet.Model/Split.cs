namespace Inlet.Model;

/// <summary>
/// Where a route's requests go: the primary backend, unless a canary takes the request. All canaries' header conditions
/// are asked first, then all cookie conditions, then the weights, each in the order of <see cref="Canaries"/>.
/// </summary>
/// <param name="Primary">The backend of the non-canary Ingress; null answers 503.</param>
/// <param name="Canaries">Oldest Ingress first.</param>
public sealed record Split(BackendKey? Primary, EquatableArray<Canary> Canaries)
{
    /// <summary>There is no primary because nothing is meant to be here: 404 in place of 503.</summary>
    public bool NotFound { get; init; }
}

/// <summary>One canary of a split (annotations <c>nginx.ingress.kubernetes.io/canary*</c>).</summary>
/// <param name="Header">Takes or refuses the request by a header; null when not configured.</param>
/// <param name="Cookie">Name of the cookie whose value <c>always</c>/<c>never</c> decides; null when not configured.</param>
/// <param name="Weight">Parts of <paramref name="WeightTotal"/>, 0 … WeightTotal.</param>
/// <param name="WeightTotal">At least 100.</param>
public sealed record Canary(
    BackendKey Backend, CanaryHeader? Header, string? Cookie, int Weight, int WeightTotal, ObjectReference Source)
{
    /// <summary>Where the route has affinity: clients that met the canary are drawn anew at each request, instead of staying with it.</summary>
    public bool WithoutAffinity { get; init; }
}

/// <summary>
/// A canary's header condition. With <paramref name="Value"/>: equal, case-sensitive, takes the request, anything else goes on to
/// the cookie. With <see cref="Pattern"/>: so does a value in which it is found. With neither: <c>always</c> takes it, <c>never</c>
/// refuses it for this canary, others go on.
/// </summary>
public sealed record CanaryHeader(string Name, string? Value)
{
    /// <summary>A regular expression (<see cref="BoundedRegex"/>) that compiles; not asked beside <see cref="Value"/>.</summary>
    public string? Pattern { get; init; }
}
