namespace Inlet.Translation;

/// <summary>
/// The annotations whose invalid values make ingress-nginx refuse the whole object (reference/ingress-annotations §0.2, DROP):
/// an Ingress that was served keeps its version before, a new one is not served.
/// </summary>
internal static class NginxRefusals
{
    private static readonly HashSet<string> Dropping =
    [
        "server-alias", "auth-type", "auth-secret-type", "auth-realm", "auth-url", "auth-tls-secret", "auth-tls-error-page",
        "auth-tls-pass-certificate-to-upstream", "auth-tls-match-cn", "client-body-buffer-size", "connection-proxy-header", "custom-http-errors",
        "default-backend", "load-balance", "proxy-ssl-secret", "limit-rpm", "limit-rps", "limit-connections", "limit-allowlist", "limit-whitelist",
        "from-to-www-redirect", "relative-redirects", "temporal-redirect", "temporal-redirect-code", "permanent-redirect", "permanent-redirect-code",
        "ssl-ciphers", "ssl-passthrough", "upstream-hash-by", "upstream-hash-by-subset", "upstream-hash-by-subset-size", "upstream-vhost", "x-forwarded-prefix",
    ];

    public static bool Drops(string annotation) => Dropping.Contains(annotation);
}
