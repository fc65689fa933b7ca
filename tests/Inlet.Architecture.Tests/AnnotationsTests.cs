using System.Text.RegularExpressions;

namespace Inlet.Architecture.Tests;

/// <summary>What has to exist for each annotation that is honoured. The catalogue is read off the page that is made from it.</summary>
public sealed partial class AnnotationsTests
{
    /// <summary>Proven against the data plane, and not yet from the manifest to the answer. May only become shorter.</summary>
    private static readonly string[] WithoutBehaviourTest =
    [
        "auth-keepalive", "auth-keepalive-requests", "auth-keepalive-share-vars", "auth-keepalive-timeout", "auth-request-redirect",
        "auth-tls-error-page", "auth-tls-match-cn", "auth-tls-pass-certificate-to-upstream", "auth-tls-secret", "auth-tls-verify-client",
        "auth-tls-verify-depth", "client-body-buffer-size",
        "cors-allow-credentials", "cors-allow-headers", "cors-expose-headers", "enable-access-log", "enable-global-auth",
        "mirror-host", "mirror-request-body", "mirror-target", "preserve-trailing-slash", "proxy-buffer-size",
        "proxy-buffering", "proxy-buffers-number", "proxy-busy-buffers-size", "proxy-http-version", "proxy-max-temp-file-size",
        "proxy-next-upstream-timeout", "proxy-request-buffering", "proxy-send-timeout", "proxy-ssl-ciphers",
        "proxy-ssl-name", "proxy-ssl-protocols", "proxy-ssl-secret", "proxy-ssl-server-name", "proxy-ssl-verify", "proxy-ssl-verify-depth",
        "ssl-ciphers", "ssl-passthrough", "ssl-prefer-server-ciphers", "ssl-redirect", "use-port-in-redirects",
    ];

    [Fact]
    public void Every_honoured_annotation_is_in_a_test_from_the_manifest_to_the_answer()
    {
        var tests = string.Concat(Sources("tests/Inlet.Controller.Tests").Concat(Sources("tests/Inlet.Feature.Tests")));

        Assert.DoesNotContain(Honoured().Except(WithoutBehaviourTest), name => !Regex.IsMatch(tests, $"""(?<![a-z0-9-]){name}[=:"']"""));
    }

    [Fact]
    public void Every_honoured_annotation_is_in_a_test_of_its_grammar()
    {
        var tests = string.Concat(Tree.Sources("src/Inlet.Translation").Where(static file => file.EndsWith(".Tests.cs", StringComparison.Ordinal)).Select(static file => File.ReadAllText(Tree.At(file))));

        Assert.DoesNotContain(Honoured(), name => !Regex.IsMatch(tests, $"""(?<![a-z0-9-]){name}[="'\\]"""));
    }

    /// <summary>Those of lint and admission only name annotations.</summary>
    private static IEnumerable<string> Sources(string folder) =>
        Tree.Sources(folder).Where(static file => !file.Contains("Lint", StringComparison.Ordinal) && !file.Contains("AdmissionTests", StringComparison.Ordinal)).Select(static file => File.ReadAllText(Tree.At(file)));

    private static List<string> Honoured() =>
        [.. File.ReadLines(Tree.At("docs", "reference", "annotations.md")).Select(static line => Row().Match(line)).Where(static match => match.Success).Select(static match => match.Groups[1].Value)];

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` .*\| (implemented|differs) \|$")]
    private static partial Regex Row();
}
