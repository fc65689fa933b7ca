using System.Buffers;
using Inlet.Kubernetes;
using Inlet.Model;

namespace Inlet.Translation;

/// <summary>A service that decides about requests (reference/ingress-annotations §5, External auth; decisions.md 11 and 19).</summary>
internal static class ExternalAuthenticationAnnotations
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    // What the service is told of the request is ours to say.
    private static readonly HashSet<string> NotSettable = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private static readonly AnnotationSpec Url = Guard("auth-url", "URL with variables", "", AnnotationRisk.High,
        "The service that is asked about each request: 2xx lets it pass, 401 and 403 are passed on, everything else is 500. Its certificate is not verified.") with
    {
        Status = AnnotationStatus.Differs,
        Note = "An invalid value of it, or of an annotation beside it, closes the Ingress. Addresses of this machine, link-local ones and the API server's are refused unless --allow-upstream-cidr names them.",
    };

    private static readonly AnnotationSpec Method = Guard("auth-method", "method", "GET", AnnotationRisk.Low, "The method the service is asked with.");

    private static readonly AnnotationSpec SignIn = Guard("auth-signin", "URL with variables", "", AnnotationRisk.High,
        "Where a request that the service answers with 401 is redirected.");

    private static readonly AnnotationSpec SignInParameter = Guard("auth-signin-redirect-param", "name", "rd", AnnotationRisk.Medium,
        "The parameter of auth-signin that says where to come back to.");

    private static readonly AnnotationSpec AnswerFields = Guard("auth-response-headers", "list of field names", "", AnnotationRisk.Medium,
        "Fields of the service's answer that endpoints get in place of the client's own.");

    private static readonly AnnotationSpec RequestFields = Guard("auth-proxy-set-headers", "name or namespace/name", "", AnnotationRisk.Medium,
        "The ConfigMap whose entries are fields that the service gets.");

    private static readonly AnnotationSpec Redirect = Guard("auth-request-redirect", "URL", "", AnnotationRisk.Medium,
        "The field X-Auth-Request-Redirect that the service gets in place of the request's path and query.");

    private static readonly AnnotationSpec CacheKey = Guard("auth-cache-key", "text with variables", "", AnnotationRisk.Medium,
        "Requests of one route for which it says the same share the service's answer for a while.");

    private static readonly AnnotationSpec CacheDuration = Guard("auth-cache-duration", "list of statuses and times", "200 202 401 5m", AnnotationRisk.Medium,
        "How long answers are shared: statuses and then a time (ms, s, m, h, d, w), such as 200 202 10m, 401 5s.");

    private static readonly AnnotationSpec SetCookie = Guard("auth-always-set-cookie", "bool", "false", AnnotationRisk.Low,
        "Whether cookies that the service sets reach the client whatever the status of the answer.");

    private static readonly AnnotationSpec Global = new("enable-global-auth", "bool", "true", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default,
        "Whether the controller's own external authentication applies where auth-url names none.");

    private static readonly AnnotationSpec[] KeepAlive =
    [
        Ignored("auth-keepalive", "integer"), Ignored("auth-keepalive-requests", "integer"), Ignored("auth-keepalive-timeout", "integer"),
        Ignored("auth-keepalive-share-vars", "bool"),
    ];

    private static readonly AnnotationSpec[] Options =
        [Method, SignIn, SignInParameter, AnswerFields, RequestFields, Redirect, CacheKey, CacheDuration, SetCookie];

    public static IReadOnlyList<AnnotationSpec> Specs { get; } = [Url, .. Options, Global, .. KeepAlive];

    /// <returns>Null without a service, or when the Ingress is closed.</returns>
    public static ExternalAuthenticationPolicy? Parse(AnnotationReader reader, ObjectReference source)
    {
        foreach (var spec in KeepAlive)
        {
            if (reader.Text(spec) is not null)
            {
                reader.Differs(spec, "because connections to the service are always kept");
            }
        }

        // Also without: a value that is none must be said.
        _ = reader.Boolean(Global);
        if (!reader.IsSet(Url))
        {
            foreach (var spec in Options)
            {
                reader.WithoutEffect(spec, $"without {Url.Key}");
            }

            return null;
        }

        var url = TemplateReader.Url(reader, Url);
        var signIn = TemplateReader.Url(reader, SignIn);
        var parameter = ReadParameter(reader) ?? "rd";
        var key = reader.Text(CacheKey);
        return new ExternalAuthenticationPolicy(source, url?.Template ?? new ValueTemplate([]))
        {
            Method = ReadMethod(reader),
            SignIn = signIn?.Template,
            SignInRedirectParameter = parameter,
            SignInHasRedirect = signIn is { } page && HasParameter(page.Text, parameter),
            AnswerFields = ReadNames(reader),
            RequestRedirect = reader.Url(Redirect),
            AlwaysSetCookie = reader.Boolean(SetCookie) ?? false,
            CacheKey = key is null ? null : TemplateReader.Template(reader, CacheKey, key),
            CacheFor = ReadDurations(reader, key is not null),
        };
    }

    public static AuthenticationFieldsSetting? ParseRequestFields(AnnotationReader reader, string ns) =>
        reader.IsSet(Url) && reader.Object(RequestFields, ns, nameIsEnough: true) is { } key ? new AuthenticationFieldsSetting(key) : null;

    public static RoutePolicies Apply(AuthenticationFieldsSetting setting, RoutePolicies policies, ObjectLookup lookup)
    {
        if (lookup.ConfigMap(setting.ConfigMap)?.Data is not { } data)
        {
            return lookup.Close(policies, RequestFields.Field, VerdictCodes.ConfigMapNotFound, $"ConfigMap {setting.ConfigMap} does not exist, or is too large");
        }

        var fields = new List<HeaderField>();
        foreach (var (name, value) in data.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(OfNames) || NotSettable.Contains(name) || value.Trim().Any(static c => c is < ' ' or > '~'))
            {
                return lookup.Close(policies, RequestFields.Field, VerdictCodes.ConfigMapInvalid,
                    $"ConfigMap {setting.ConfigMap}: {AnnotationReader.Shortened(name)} is no field that can be set, or its value has characters that a field's value cannot hold");
            }

            fields.Add(new HeaderField(name, value.Trim()));
        }

        return policies.ExternalAuthentication is { } policy
            ? policies with { ExternalAuthentication = policy with { RequestFields = fields.ToEquatableArray() } } : policies;
    }

    private static string? ReadMethod(AnnotationReader reader)
    {
        var method = reader.Text(Method);
        if (method is null or "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE")
        {
            return method;
        }

        reader.Invalid(Method, method, "it has to be a method, in capitals");
        return null;
    }

    private static string? ReadParameter(AnnotationReader reader)
    {
        var name = reader.Text(SignInParameter);
        if (name is null || !name.AsSpan().ContainsAnyExcept(OfNames))
        {
            return name;
        }

        reader.Invalid(SignInParameter, name, "it may hold letters, digits, - and _ only");
        return null;
    }

    private static bool HasParameter(string url, string parameter) =>
        url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
        && url[(query + 1)..].Split('&').Any(pair => pair.StartsWith($"{parameter}=", StringComparison.Ordinal) && pair.Length > parameter.Length + 1);

    private static EquatableArray<string> ReadNames(AnnotationReader reader)
    {
        if (reader.Text(AnswerFields) is not { } text)
        {
            return [];
        }

        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > 0 && names.All(static name => !name.AsSpan().ContainsAnyExcept(OfNames) && !NotSettable.Contains(name)))
        {
            return names.ToEquatableArray();
        }

        reader.Invalid(AnswerFields, text, "it has to be a list of field names, separated by commas, and none that frames the request");
        return [];
    }

    private static EquatableArray<CachedStatus> ReadDurations(AnnotationReader reader, bool isUsed)
    {
        if (!isUsed)
        {
            reader.WithoutEffect(CacheDuration, $"without {CacheKey.Key}");
            return [];
        }

        var text = reader.Text(CacheDuration) ?? CacheDuration.Default;
        if (CacheDurations.Read(text) is { } durations)
        {
            return durations.ToEquatableArray();
        }

        reader.Invalid(CacheDuration, text, "it has to be a list of statuses and a time each, such as 200 202 10m, 401 5s");
        return [];
    }

    private static AnnotationSpec Guard(string name, string grammar, string fallback, AnnotationRisk risk, string summary) =>
        new(name, grammar, fallback, AnnotationScope.Route, risk, WhenInvalid.Close, summary);

    private static AnnotationSpec Ignored(string name, string grammar) =>
        new(name, grammar, "", AnnotationScope.Route, AnnotationRisk.Low, WhenInvalid.Default, "No effect: connections to the service are always kept.")
        {
            Status = AnnotationStatus.Differs,
            Note = "Connections to the service are kept as those to endpoints are, whatever it says.",
        };
}

/// <param name="ConfigMap">Field names and values for the service.</param>
internal sealed record AuthenticationFieldsSetting(ObjectKey ConfigMap) : DeferredSetting
{
    public override RoutePolicies Apply(RoutePolicies policies, ObjectLookup lookup) => ExternalAuthenticationAnnotations.Apply(this, policies, lookup);
}
