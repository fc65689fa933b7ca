using System.Text;
using System.Text.RegularExpressions;
using Inlet.Model;

namespace Inlet.Routing;

/// <summary>A route with everything a request needs already looked up.</summary>
public sealed class CompiledRoute
{
    internal CompiledRoute(Route route, string host, BackendRegistry backends, bool hostHasCertificate, ClientCertificatePolicy? clientCertificates)
    {
        ClientCertificates = clientCertificates;
        Route = route;
        Host = host;
        Split = new CompiledSplit(route.Split, backends);
        HostHasCertificate = hostHasCertificate;
        Policies = route.Policies == RoutePolicies.Default ? CompiledPolicies.Default : new CompiledPolicies(route.Policies);
        Pattern = route.Path.Kind == PathMatchKind.Regex ? PathRegex.Compile(route.Path.Path) : null;
        Rewrite = route.Policies.Rewrite is { } rewrite ? new CompiledRewrite(rewrite, Pattern) : null;
        ForwardedPrefix = route.Policies.ForwardedPrefix is { } prefix ? new CompiledRewrite(prefix, Pattern) : null;
        ErrorBackend = route.Policies.ErrorPages?.Backend is { } backend ? backends.Intern(backend) : -1;
        HostNumber = backends.Hosts.Intern(host);
    }

    public Route Route { get; }

    /// <summary>The name the Ingress wrote: exact, <c>*.</c> wildcard, or empty.</summary>
    public string Host { get; }

    /// <summary>Of <see cref="Host"/> in <see cref="BackendRegistry.Hosts"/>.</summary>
    public int HostNumber { get; }

    public CompiledSplit Split { get; }

    /// <summary>Null for paths that are no regular expression.</summary>
    public Regex? Pattern { get; }

    /// <summary>Null where the endpoint gets the path that was matched.</summary>
    public CompiledRewrite? Rewrite { get; }

    /// <summary>What the endpoint is told of the path in front of it; null: nothing.</summary>
    public CompiledRewrite? ForwardedPrefix { get; }

    /// <summary>The backend of <see cref="RoutePolicies.ErrorPages"/>; -1 when it names none.</summary>
    public int ErrorBackend { get; }

    public CompiledPolicies Policies { get; }

    /// <summary>The host's; null where nothing is asked.</summary>
    public ClientCertificatePolicy? ClientCertificates { get; }

    public TlsRedirectPolicy TlsRedirect => Route.TlsRedirect;

    /// <summary>
    /// Whether <see cref="Host"/>, or the wildcard above it, has a certificate. A request that reached a wildcard or empty
    /// host may have one for its own name: <see cref="RoutingTable.HostHasCertificate"/> answers for that.
    /// </summary>
    public bool HostHasCertificate { get; }
}

/// <summary>The choice among backends, by their registry ids.</summary>
public sealed class CompiledSplit
{
    internal CompiledSplit(Split split, BackendRegistry backends)
    {
        PrimaryBackend = split.Primary is { } primary ? backends.Intern(primary) : -1;
        Canaries = new CompiledCanary[split.Canaries.Count];
        for (var index = 0; index < Canaries.Length; index++)
        {
            var canary = Canaries[index] = new CompiledCanary(split.Canaries[index], backends);
            AnyHeader |= canary.HeaderName is not null;
            AnyCookie |= canary.CookieName is not null;
            AnyWeight |= canary.Weight > 0;
        }
    }

    /// <summary>-1 when there is none: 503.</summary>
    public int PrimaryBackend { get; }

    public CompiledCanary[] Canaries { get; }

    public bool AnyHeader { get; }

    public bool AnyCookie { get; }

    public bool AnyWeight { get; }
}

/// <summary>One canary of a split; see <see cref="Canary"/> for what its conditions mean.</summary>
public sealed class CompiledCanary
{
    internal CompiledCanary(Canary canary, BackendRegistry backends)
    {
        Backend = backends.Intern(canary.Backend);
        HeaderName = canary.Header is { } header ? Encoding.UTF8.GetBytes(header.Name.ToLowerInvariant()) : null;
        HeaderValue = canary.Header?.Value is { } value ? Encoding.UTF8.GetBytes(value) : null;
        HeaderPattern = canary.Header is { Value: null, Pattern: { } pattern } ? BoundedRegex.Compile(pattern) : null;
        CookieName = canary.Cookie is { } cookie ? Encoding.UTF8.GetBytes(cookie) : null;
        Weight = canary.Weight;
        WeightTotal = Math.Max(1, canary.WeightTotal);
        WithoutAffinity = canary.WithoutAffinity;
    }

    public int Backend { get; }

    /// <summary>Lower case.</summary>
    public byte[]? HeaderName { get; }

    public byte[]? HeaderValue { get; }

    public Regex? HeaderPattern { get; }

    public byte[]? CookieName { get; }

    public int Weight { get; }

    /// <summary>At least 1.</summary>
    public int WeightTotal { get; }

    public bool WithoutAffinity { get; }
}
