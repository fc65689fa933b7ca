using System.Text.Json.Nodes;
using Inlet.Model;

namespace Inlet.Controller;

/// <summary>
/// What a route's requests pass, in the data plane's order (docs/data-plane.md), in words. Which of them decided, if any did,
/// is the data plane's own word: the name of the failure in its access log.
/// </summary>
internal static class Phases
{
    public static IEnumerable<JsonObject> Of(Route? route, string failure)
    {
        if (route is null)
        {
            yield return Phase("route", "no route takes the request: 404", failure, "NoRoute", "BadRequest");
            yield break;
        }

        var policies = route.Policies;
        if (policies.Closed)
        {
            yield return Phase("closed", "a setting that protects the route cannot be honoured: every request is answered 503", failure, "RouteClosed");
        }

        if (policies.Cors is { } cors)
        {
            yield return Phase("CORS", $"preflight requests of {string.Join(", ", cors.Origins.AsSpan().ToArray())} are answered 204", failure, "Preflight");
        }

        if (policies.Redirect is { } redirect)
        {
            yield return Phase("redirect", $"{redirect.Status} to {redirect.Location}{(redirect.KeepTarget ? ", path and query kept" : "")}", failure, "Redirected");
        }

        if (route.TlsRedirect != TlsRedirectPolicy.Off)
        {
            yield return Phase("redirect to HTTPS", route.TlsRedirect == TlsRedirectPolicy.Always
                ? "plain HTTP is redirected" : "plain HTTP is redirected where the host has a certificate of its own", failure, "RedirectToTls");
        }

        if (policies.RateLimit is { } limit)
        {
            yield return Phase("limits", $"of one client {Limits(limit)}; more are answered {limit.RateStatus}", failure, "TooManyConnections", "TooManyRequests");
        }

        if (policies.Access is { } access)
        {
            yield return Phase("access list", $"{(access.Allow.IsEmpty ? "all may come" : $"only {List(access.Allow)} may come")}{(access.Deny.IsEmpty ? "" : $", but not {List(access.Deny)}")}", failure, "AddressDenied");
        }

        if (policies.BodySize is { MaxBytes: { } most })
        {
            yield return Phase("body size", $"more than {most} bytes are answered 413", failure, "BodyTooLarge");
        }

        if (policies.BasicAuthentication is { } basic)
        {
            yield return Phase("password", $"one of {basic.Users.Count} users of {basic.Source}, else 401", failure, "NotAuthenticated", "AuthenticationBusy");
        }

        if (policies.ExternalAuthentication is { } external)
        {
            yield return Phase("external authentication", $"{Text(external.Url)} is asked; an explanation does not ask it", failure);
        }

        if (policies.AnyAccessIsEnough)
        {
            yield return Phase("satisfy", "one of address, password and external authentication is enough", failure);
        }

        if (policies.Affinity is { } affinity)
        {
            yield return Phase("affinity", $"cookie {affinity.CookieName} brings a client back to its endpoint", failure);
        }

        if (route.Split.NotFound)
        {
            yield return Phase("backend", "nothing is here: 404", failure, "NoRoute");
            yield break;
        }

        yield return Phase("backend", "one with an endpoint that is ready, else 503", failure, "NoEndpoints");
        if (policies.Rewrite is { } rewrite)
        {
            yield return Phase("rewrite", $"the path becomes /{string.Concat(rewrite.Parts.Select(static part => part.Group > 0 ? $"${part.Group}" : part.Text))}", failure);
        }

        if (policies.Mirror is { } mirror)
        {
            yield return Phase("mirror", $"a copy goes to {Text(mirror.Target)}; none of an explanation", failure);
        }

        if (policies.UpstreamHost is { } host)
        {
            yield return Phase("host", $"endpoints get the Host {host}", failure);
        }

        if (policies.UpstreamTls is { } tls)
        {
            yield return Phase("TLS to the endpoint", tls.Verify ? $"verified for {tls.ServerName}" : "not verified", failure, "UpstreamTlsBroken");
        }

        if (policies.Timeouts is { } timeouts)
        {
            yield return Phase("timeouts", $"connect {Seconds(timeouts.Connect)}, send {Seconds(timeouts.Send)}, read {Seconds(timeouts.Read)}", failure);
        }

        yield return Phase("retries", policies.Retries.MaxTries == 1 ? "none" : $"up to {policies.Retries.MaxTries} endpoints, on {policies.Retries.On}", failure);
    }

    private static string Limits(RateLimitPolicy limit) => string.Join(", ", new[]
    {
        limit.Connections > 0 ? $"{limit.Connections} requests at a time" : "",
        limit.RequestsPerSecond > 0 ? $"{limit.RequestsPerSecond} a second" : "",
        limit.RequestsPerMinute > 0 ? $"{limit.RequestsPerMinute} a minute" : "",
    }.Where(static text => text.Length > 0));

    private static string Text(ValueTemplate template) =>
        string.Concat(template.Parts.Select(static part => part.Variable == TemplateVariable.None ? part.Text : $"{{{part.Variable}{(part.Text.Length > 0 ? " " : "")}{part.Text}}}"));

    private static JsonObject Phase(string name, string does, string failure, params ReadOnlySpan<string> deciding) =>
        new() { ["name"] = name, ["does"] = does, ["decides"] = failure.Length > 0 && deciding.Contains(failure) };

    private static string List(EquatableArray<System.Net.IPNetwork> networks) => string.Join(", ", networks.Select(static network => network.ToString()));

    private static string Seconds(TimeSpan? time) => time is { } span ? $"{span.TotalSeconds:0.###} s" : "as the server's";
}
