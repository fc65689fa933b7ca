using System.Text;
using Inlet.Http;
using Inlet.Model;
using Inlet.Routing;

namespace Inlet.Proxy;

/// <summary>
/// What a route's policies ask for besides forwarding, made ready for the loops: fields in bytes, names in sets. Made once per
/// version of the policies, and shared by all loops.
/// </summary>
internal sealed class RouteMechanisms
{
    private RouteMechanisms(RoutePolicies policies, BackendKey? primary)
    {
        ErrorPages = policies.ErrorPages is { } pages ? new ErrorPages(pages, primary) : null;
        Mirror = policies.Mirror is { } mirror ? new RequestMirror(mirror) : null;
        Cors = policies.Cors is { } cors ? new CorsFilter(cors) : null;
        AnswerFields = Encoding.ASCII.GetBytes(string.Concat(policies.AnswerFields.Select(static field => $"{field.Name}: {field.Value}\r\n")));
        var dropped = policies.AnswerFields.Select(static field => field.Name).ToList();
        AnswerFilter = AnswerEdits.Of(dropped, policies.AnswerRewrite);
        CorsAnswerFilter = AnswerEdits.Of([.. dropped, .. CorsFilter.FieldNames], policies.AnswerRewrite)!;
        Passwords = policies.BasicAuthentication is { } basic ? new PasswordFile(basic) : null;
        Service = policies.ExternalAuthentication is { } external ? new AuthenticationService(external) : null;
        Limiter = policies.RateLimit is { } limit ? new RateLimiter(limit) : null;
        Affinity = policies.Affinity is { } affinity ? new StickyCookie(affinity) : null;
        HashText = policies.Balancing.HashBy?.Text is { } text ? new RequestTemplate(text) : null;
        AnyIsEnough = policies.AnyAccessIsEnough;
        HasAccessLists = policies.Access is not null;
        RequestFilter = Dropped(policies);
        RequestFields = policies.UpstreamConnection switch
        {
            UpstreamConnectionHeader.Close => "Connection: close\r\n"u8.ToArray(),
            UpstreamConnectionHeader.KeepAlive => "Connection: keep-alive\r\n"u8.ToArray(),
            _ => [],
        };
    }

    public CorsFilter? Cors { get; }

    /// <summary>Field lines of every answer.</summary>
    public byte[] AnswerFields { get; }

    /// <summary>Fields of the endpoint that the route's own replace; null: none.</summary>
    public IFieldFilter? AnswerFilter { get; }

    /// <summary>The same for a request whose origin is allowed.</summary>
    public IFieldFilter CorsAnswerFilter { get; }

    /// <summary>Field lines for the endpoint; not with a request to change protocols, whose Connection is its own.</summary>
    public byte[] RequestFields { get; }

    /// <summary>Null: nobody is asked for a password.</summary>
    public PasswordFile? Passwords { get; }

    /// <summary>Null: no service is asked.</summary>
    public AuthenticationService? Service { get; }

    /// <summary>Null: no limits.</summary>
    public RateLimiter? Limiter { get; }

    /// <summary>Null: no affinity.</summary>
    public StickyCookie? Affinity { get; }

    /// <summary>Null: errors are answered as they are.</summary>
    public ErrorPages? ErrorPages { get; }

    /// <summary>Null: requests go to their endpoint alone.</summary>
    public RequestMirror? Mirror { get; }

    /// <summary>What the endpoint is chosen by, where that is more than one variable.</summary>
    public RequestTemplate? HashText { get; }

    public bool Authenticates => Passwords is not null || Service is not null;

    /// <summary>One of address, password and service is.</summary>
    public bool AnyIsEnough { get; }

    public bool HasAccessLists { get; }

    /// <summary>Fields of the client that the endpoint does not get; null: none.</summary>
    public DroppedFields? RequestFilter { get; }

    private static DroppedFields? Dropped(RoutePolicies policies)
    {
        List<string> names = [.. policies.ExternalAuthentication?.AnswerFields ?? []];
        if (policies.ForwardedPrefix is not null)
        {
            names.Add("X-Forwarded-Prefix");
        }

        if (policies.BasicAuthentication is not null)
        {
            // The password is ours to know.
            names.Add("Authorization");
        }

        return names.Count > 0 ? new DroppedFields(names) : null;
    }

    // Two loops may make it at the same time: either is as good.
    public static RouteMechanisms Of(CompiledRoute route) =>
        (RouteMechanisms)(route.Policies.Mechanisms ??= new RouteMechanisms(route.Policies.Policies, route.Route.Split.Primary));
}
