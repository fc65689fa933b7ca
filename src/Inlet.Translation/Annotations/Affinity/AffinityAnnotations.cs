using System.Buffers;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>Cookies that bring a client back to its endpoint (reference/ingress-annotations §10).</summary>
internal static class AffinityAnnotations
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("!#%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private static readonly AnnotationSpec Affinity = Spec("affinity", "cookie", "", "Brings each client back to the endpoint it met first, by a cookie.") with
    {
        Status = AnnotationStatus.Differs,
        Note = "The cookie counts for the Ingress that sets it; others with the same Service do not go by it. An endpoint that drains keeps the clients it has while it serves.",
    };

    private static readonly AnnotationSpec Mode = Spec("affinity-mode", "balanced or persistent", "balanced",
        "balanced lets some clients move when endpoints come; persistent keeps each with its endpoint for as long as that exists.");

    private static readonly AnnotationSpec Name = Spec("session-cookie-name", "cookie name", "INGRESSCOOKIE", "The cookie's name.");

    private static readonly AnnotationSpec Path = Spec("session-cookie-path", "path", "", "The cookie's Path; by default the path of the rule.");

    private static readonly AnnotationSpec Domain = Spec("session-cookie-domain", "host name", "", "The cookie's Domain.");

    private static readonly AnnotationSpec MaxAge = Spec("session-cookie-max-age", "integer", "", "The cookie's Max-Age in seconds.");

    private static readonly AnnotationSpec Expires = Spec("session-cookie-expires", "integer", "", "The cookie's Expires, in seconds from the answer on.");

    private static readonly AnnotationSpec SameSite = Spec("session-cookie-samesite", "None, Lax or Strict", "", "The cookie's SameSite.");

    private static readonly AnnotationSpec Conditional = Spec("session-cookie-conditional-samesite-none", "bool", "false",
        "Leaves SameSite=None out for browsers that take it for Strict.");

    private static readonly AnnotationSpec Secure = Spec("session-cookie-secure", "bool", "false", "Makes the cookie Secure also over plain HTTP; over HTTPS it always is.");

    private static readonly AnnotationSpec Change = Spec("session-cookie-change-on-failure", "bool", "false",
        "A request that fails is tried at another endpoint, where the client then stays; otherwise at its own once more.");

    private static readonly AnnotationSpec[] Options = [Mode, Name, Path, Domain, MaxAge, Expires, SameSite, Conditional, Secure, Change];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Affinity, .. Options];

    /// <returns>Null without affinity.</returns>
    public static AffinityPolicy? Parse(AnnotationReader reader)
    {
        var kind = reader.Text(Affinity);
        if (kind is not null and not "cookie")
        {
            reader.Invalid(Affinity, kind, "it has to be cookie");
        }

        if (kind != "cookie")
        {
            foreach (var spec in reader.Has(Affinity) ? [] : Options)
            {
                reader.WithoutEffect(spec, $"without {Affinity.Key}: \"cookie\"");
            }

            return null;
        }

        return new AffinityPolicy(ReadName(reader) ?? Name.Default)
        {
            Persistent = ReadMode(reader),
            ChangeOnFailure = reader.Boolean(Change) ?? false,
            Path = ReadPath(reader),
            Domain = ReadDomain(reader),
            MaxAge = reader.Integer(MaxAge),
            Expires = reader.Integer(Expires),
            SameSite = ReadSameSite(reader),
            ConditionalSameSiteNone = reader.Boolean(Conditional) ?? false,
            Secure = reader.Boolean(Secure) ?? false,
        };
    }

    private static bool ReadMode(AnnotationReader reader)
    {
        switch (reader.Text(Mode))
        {
            case "persistent":
                return true;
            case null or "balanced":
                return false;
            case { } other:
                reader.Invalid(Mode, other, "it has to be balanced or persistent");
                return false;
        }
    }

    private static string? ReadName(AnnotationReader reader)
    {
        var name = reader.Text(Name);
        if (name is null || !name.AsSpan().ContainsAnyExcept(OfNames))
        {
            return name;
        }

        reader.Invalid(Name, name, "it holds characters that no cookie's name can");
        return null;
    }

    private static string? ReadPath(AnnotationReader reader)
    {
        var path = reader.Url(Path);
        if (path is null || (path[0] == '/' && !path.AsSpan().ContainsAny(';', ',')))
        {
            return path;
        }

        reader.Invalid(Path, path, "it has to be a path, from / on, without ; and ,");
        return null;
    }

    private static string? ReadDomain(AnnotationReader reader)
    {
        var domain = reader.Text(Domain);
        if (domain is null || HostNames.Normalise(domain.TrimStart('.')) is { Length: > 0 } and not ['*', ..])
        {
            return domain;
        }

        reader.Invalid(Domain, domain, "it has to be a host name");
        return null;
    }

    private static string? ReadSameSite(AnnotationReader reader)
    {
        var value = reader.Text(SameSite);
        if (value is null || value.ToUpperInvariant() is "NONE" or "LAX" or "STRICT")
        {
            return value;
        }

        reader.Invalid(SameSite, value, "it has to be None, Lax or Strict");
        return null;
    }

    private static AnnotationSpec Spec(string name, string grammar, string fallback, string summary) =>
        new(name, grammar, fallback, AnnotationScope.Route, AnnotationRisk.Medium, WhenInvalid.Default, summary);
}
