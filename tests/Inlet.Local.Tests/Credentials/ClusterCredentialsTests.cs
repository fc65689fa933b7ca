using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Credentials;
using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.Credentials;

public sealed class ClusterCredentialsTests : IDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.7");
    private static readonly Uri Server = new("https://127.0.0.1:6443");

    private readonly TemporaryDirectory _directory = new();
    private readonly DataDirectory _data;
    private readonly ManualTime _time = new(new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public ClusterCredentialsTests() => _data = DataDirectory.Open(_directory.File("data"));

    public void Dispose()
    {
        _data.Dispose();
        _directory.Dispose();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Keys_are_readable_by_their_owner_only()
    {
        Open().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.File("data/pki")));
        var files = Directory.GetFiles(_directory.File("data/pki"));
        Assert.Equal(6, files.Length);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Everything_is_the_same_after_a_restart()
    {
        using var first = Open(Address);
        var token = first.IssueToken("ns", "robot");
        using var second = Open(Address);
        Assert.Equal(first.CaCertificatePem, second.CaCertificatePem);
        Assert.Equal(first.AdminToken, second.AdminToken);
        Assert.Equal(first.ServerCertificate.Thumbprint, second.ServerCertificate.Thumbprint);
        Assert.True(second.IsAdminToken(first.AdminToken));
        Assert.Equal(new ServiceAccountIdentity("ns", "robot", null), second.VerifyServiceAccountToken(token));
    }

    [Fact]
    public void Server_certificate_names_what_clients_connect_to_and_is_signed_by_the_ca()
    {
        using var credentials = Open(Address, IPAddress.Any);
        var names = credentials.ServerCertificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(
            ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"],
            names.EnumerateDnsNames().Order(StringComparer.Ordinal));
        Assert.Equal(
            [Address, IPAddress.Loopback, IPAddress.IPv6Loopback],
            names.EnumerateIPAddresses().OrderByDescending(a => a.Equals(Address)).ThenBy(a => a.AddressFamily));
        Assert.True(credentials.ServerCertificate.HasPrivateKey);

        using var ca = X509Certificate2.CreateFromPem(credentials.CaCertificatePem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        Assert.True(chain.Build(credentials.ServerCertificate), string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation)));
    }

    [Fact]
    public void Server_certificate_is_made_anew_for_other_addresses_and_before_its_end_under_the_same_ca()
    {
        using var first = Open(Address);
        using var moved = Open(IPAddress.Parse("192.0.2.8"));
        Assert.NotEqual(first.ServerCertificate.Thumbprint, moved.ServerCertificate.Thumbprint);
        Assert.Equal(first.CaCertificatePem, moved.CaCertificatePem);

        _time.Advance(TimeSpan.FromDays(300));
        using var early = Open(IPAddress.Parse("192.0.2.8"));
        Assert.Equal(moved.ServerCertificate.Thumbprint, early.ServerCertificate.Thumbprint);
        _time.Advance(TimeSpan.FromDays(50));
        using var renewed = Open(IPAddress.Parse("192.0.2.8"));
        Assert.NotEqual(moved.ServerCertificate.Thumbprint, renewed.ServerCertificate.Thumbprint);
        Assert.Equal(first.CaCertificatePem, renewed.CaCertificatePem);
    }

    [Fact]
    public void Ca_near_its_end_is_replaced_together_with_what_it_signed()
    {
        using var first = Open();
        _time.Advance(TimeSpan.FromDays(9 * 365));
        using var later = Open();
        Assert.NotEqual(first.CaCertificatePem, later.CaCertificatePem);
        Assert.NotEqual(first.ServerCertificate.Thumbprint, later.ServerCertificate.Thumbprint);
    }

    [Theory]
    [InlineData("ca.key")]
    [InlineData("ca.crt")]
    [InlineData("sa.key")]
    public void Damaged_key_is_an_error_that_names_the_file_and_the_remedy(string name)
    {
        Open().Dispose();
        File.WriteAllText(_directory.File($"data/pki/{name}"), "damaged");
        var e = Assert.Throws<CredentialsException>(() => Open());
        Assert.Contains(Path.Combine("pki", name[..2]), e.Message, StringComparison.Ordinal);
        Assert.Contains("restore it, or remove the directory", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server.key")]
    [InlineData("server.crt")]
    [InlineData("admin.token")]
    public void File_that_is_cheap_to_make_again_is_made_again(string name)
    {
        using var first = Open();
        File.WriteAllText(_directory.File($"data/pki/{name}"), "");
        using var second = Open();
        Assert.Equal(first.CaCertificatePem, second.CaCertificatePem);
        Assert.NotEmpty(second.AdminToken);
        Assert.True(second.ServerCertificate.HasPrivateKey);
        Assert.False(second.IsAdminToken(""));
    }

    [Fact]
    public void Admin_token_is_long_and_random()
    {
        using var credentials = Open();
        Assert.True(credentials.AdminToken.Length >= 43);
        Assert.False(credentials.IsAdminToken(credentials.AdminToken[..^1]));
        Assert.False(credentials.IsAdminToken(credentials.AdminToken + "x"));
    }

    [Fact]
    public void Service_account_token_has_the_claims_of_kubernetes()
    {
        using var credentials = Open();
        var payload = Part(credentials.IssueToken("ns", "robot"), 1);
        Assert.Equal("system:serviceaccount:ns:robot", payload.String("sub"));
        Assert.Equal("https://kubernetes.default.svc.cluster.local", payload.String("iss"));
        Assert.Equal("ns", payload.Object("kubernetes.io").String("namespace"));
        Assert.Equal("robot", payload.Object("kubernetes.io").Object("serviceaccount").String("name"));
        Assert.Equal(_time.GetUtcNow().ToUnixTimeSeconds(), payload.Integer("iat"));
        Assert.Equal("ES256", Part(credentials.IssueToken("ns", "robot"), 0).String("alg"));
    }

    [Fact]
    public void Service_account_token_changed_or_signed_by_another_is_not_accepted()
    {
        using var credentials = Open();
        var parts = credentials.IssueToken("ns", "robot").Split('.');
        var payload = Part(string.Join('.', parts), 1);
        payload["kubernetes.io"]!["serviceaccount"]!["name"] = "root";
        var changed = Encode(payload.ToJsonString());
        var none = Encode("""{"alg":"none","typ":"JWT"}""");
        foreach (var forged in (string[])
            [$"{parts[0]}.{changed}.{parts[2]}", $"{none}.{parts[1]}.", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}.!!", "", "a.b", "a.b.c.d", parts[1]])
        {
            Assert.Null(credentials.VerifyServiceAccountToken(forged));
        }

        using var otherDirectory = new TemporaryDirectory();
        using var otherData = DataDirectory.Open(otherDirectory.File("data"));
        using var other = ClusterCredentials.Open(otherData, [], _time);
        Assert.Null(credentials.VerifyServiceAccountToken(other.IssueToken("ns", "robot")));
    }

    [Fact]
    public void Service_account_token_ends()
    {
        using var credentials = Open();
        var (token, expires) = credentials.IssueToken(new("ns", "robot", "uid"), TimeSpan.FromMinutes(10), []);
        Assert.Equal(_time.GetUtcNow().AddMinutes(10), expires);
        Assert.Equal("uid", credentials.VerifyServiceAccountToken(token)!.Uid);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(credentials.VerifyServiceAccountToken(token));
    }

    [Fact]
    public async Task Kubeconfigs_are_private_and_read_by_our_own_client()
    {
        using var credentials = Open();
        var admin = _directory.File("admin.conf");
        var robot = _directory.File("robot.conf");
        File.WriteAllText(admin, "something older and longer than what replaces it");
        credentials.WriteAdminKubeconfig(admin, Server);
        credentials.WriteServiceAccountKubeconfig("ns", "robot", robot, Server);
        foreach (var path in (string[])[admin, robot])
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }

        var connection = KubeConfig.Load(admin);
        Assert.Equal(Server, connection.Server);
        Assert.Equal($"Bearer {credentials.AdminToken}", await connection.Authorization!(CancellationToken.None));
        Assert.Equal(credentials.CaCertificatePem, connection.Authorities!.Single().ExportCertificatePem() + "\n");
        connection = KubeConfig.Load(robot);
        Assert.Equal("ns", connection.Namespace);
        Assert.Equal("robot", credentials.VerifyServiceAccountToken((await connection.Authorization!(CancellationToken.None))!["Bearer ".Length..])!.Name);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.tmp"));
    }

    [Fact]
    public void Kubeconfig_into_a_missing_directory_leaves_nothing_and_says_so()
    {
        using var credentials = Open();
        Assert.ThrowsAny<IOException>(() => credentials.WriteAdminKubeconfig(_directory.File("none/config"), Server));
    }

    private ClusterCredentials Open(params IPAddress[] addresses) => ClusterCredentials.Open(_data, addresses, _time);

    private static JsonObject Part(string token, int index)
    {
        var text = token.Split('.')[index].Replace('-', '+').Replace('_', '/');
        return JsonNode.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')))!.AsObject();
    }

    private static string Encode(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
