using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Inlet.Kubernetes.Tests;

public sealed class KubeConfigTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-kubeconfig-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Token_and_authority_are_read()
    {
        var connection = Load(Config(cluster: $"server: https://h:6443, certificate-authority-data: {Base64(Certificate().Chain)}", user: "token: abc", context: "namespace: team"));

        Assert.Equal((new Uri("https://h:6443"), "team", false), (connection.Server, connection.Namespace, connection.SkipTlsVerify));
        Assert.Single(connection.Authorities!);
        Assert.Equal("Bearer abc", await connection.Authorization!(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Token_file_is_relative_to_the_kubeconfig_and_wins_over_the_token()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "token.txt"), "from-file\n");

        Assert.Equal("Bearer from-file", await Load(Config(user: "token: abc, tokenFile: token.txt")).Authorization!(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Password_is_sent_as_basic_credentials()
    {
        Assert.Equal("Basic " + Base64("u:p"), await Load(Config(user: "username: u, password: p")).Authorization!(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Client_certificate_is_read_from_files_and_from_data()
    {
        var (chain, key) = Certificate();
        File.WriteAllText(Path.Combine(_directory.FullName, "c.crt"), chain);
        File.WriteAllText(Path.Combine(_directory.FullName, "c.key"), key);

        Assert.True(Load(Config(user: "client-certificate: c.crt, client-key: c.key")).ClientCertificate!.HasPrivateKey);
        Assert.True(Load(Config(user: $"client-certificate-data: {Base64(chain)}, client-key-data: {Base64(key)}")).ClientCertificate!.HasPrivateKey);
    }

    [Fact]
    public void Insecure_server_name_and_missing_user_are_understood()
    {
        var connection = Load(Config(cluster: "server: https://h, insecure-skip-tls-verify: true, tls-server-name: kubernetes", context: "user: \"\""));

        Assert.Equal((true, "kubernetes", "default"), (connection.SkipTlsVerify, connection.TlsServerName, connection.Namespace));
        Assert.Null(connection.Authorization);
    }

    [Fact]
    public async Task Credential_plugin_is_run()
    {
        var plugin = Path.Combine(_directory.FullName, "plugin");
        File.WriteAllText(plugin, """
            #!/bin/sh
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}'
            """);
        var config = Config(user: $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [{plugin}], interactiveMode: Never}}");

        Assert.Equal("Bearer from-plugin", await Load(config).Authorization!(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("current-context: c", "current-context: \"\"", "current-context is not set")]
    [InlineData("current-context: c", "current-context: d", "there is no context \"d\"")]
    [InlineData("name: u", "name: v", "there is no user \"u\"")]
    [InlineData("https://h", "ftp://h", "server \"ftp://h\" is not an http or https URL")]
    [InlineData("server: https://h", "server: https://h, proxy-url: http://p", "proxy-url is not supported")]
    [InlineData("server: https://h", "server: https://h, certificate-authority: missing.crt", "missing.crt")]
    [InlineData("server: https://h", "server: https://h, certificate-authority-data: '%%%'", "context \"c\"")]
    [InlineData("users:", "users: [", "cannot read the kubeconfig")]
    public void Problem_is_said_in_one_sentence_with_the_file(string text, string with, string expected)
    {
        var exception = Assert.Throws<KubeConfigException>(() => Load(Config().Replace(text, with, StringComparison.Ordinal)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("config", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_missing_is_named()
    {
        Assert.Contains("/nowhere/config", Assert.Throws<KubeConfigException>(() => KubeConfig.Load("/nowhere/config")).Message, StringComparison.Ordinal);
    }

    private ClusterConnection Load(string config)
    {
        var file = Path.Combine(_directory.FullName, "config");
        File.WriteAllText(file, config);
        return KubeConfig.Load(file);
    }

    private static string Config(string cluster = "server: https://h", string user = "token: abc", string context = "user: u") =>
        $$"""
        apiVersion: v1
        kind: Config
        current-context: c
        clusters:
        - name: k
          cluster: {{{cluster}} }
        users:
        - name: u
          user: {{{user}} }
        contexts:
        - name: c
          context: {cluster: k, {{(context.StartsWith("user", StringComparison.Ordinal) ? context : $"user: u, {context}")}} }
        """;

    private static (string Chain, string Key) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
