using System.Text;

using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class CreateTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Configmap_is_made_from_files_directories_and_literals()
    {
        var ns = await kubectl.NamespaceAsync("configmap");
        var file = kubectl.WriteFile("settings.ini", "color = blue\n");
        Assert.Equal(
            "configmap/c created\n",
            await kubectl.OkAsync("-n", ns, "create", "configmap", "c", $"--from-file={file}", $"--from-file=other={file}", "--from-literal=a=b"));
        Assert.Equal(
            "b|color = blue\n|color = blue\n",
            await kubectl.OkAsync("-n", ns, "get", "cm", "c", "-o", @"jsonpath={.data.a}|{.data.settings\.ini}|{.data.other}"));
        Assert.Contains("already exists", await kubectl.FailsAsync("-n", ns, "create", "configmap", "c"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binary_files_of_a_configmap_stay_as_they_are()
    {
        var ns = await kubectl.NamespaceAsync("binary");
        var path = Path.Combine(kubectl.Server.Directory, "binary");
        await File.WriteAllBytesAsync(path, [0, 255, 1, 254]);
        await kubectl.OkAsync("-n", ns, "create", "configmap", "c", $"--from-file={path}");
        Assert.Equal("AP8B/g==", await kubectl.OkAsync("-n", ns, "get", "cm", "c", "-o", "jsonpath={.binaryData.binary}"));
    }

    [Fact]
    public async Task Secrets_are_made_generic_and_tls()
    {
        var ns = await kubectl.NamespaceAsync("secret");
        await kubectl.OkAsync("-n", ns, "create", "secret", "generic", "s", "--from-literal=password=hunter2");
        Assert.Equal(Convert.ToBase64String(Encoding.UTF8.GetBytes("hunter2")), await kubectl.OkAsync("-n", ns, "get", "secret", "s", "-o", "jsonpath={.data.password}"));

        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=web.localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var certificateFile = kubectl.WriteFile("tls.crt", certificate.ExportCertificatePem());
        var keyFile = kubectl.WriteFile("tls.key", key.ExportPkcs8PrivateKeyPem());
        Assert.Equal("secret/t created\n", await kubectl.OkAsync("-n", ns, "create", "secret", "tls", "t", $"--cert={certificateFile}", $"--key={keyFile}"));
        Assert.Equal("kubernetes.io/tls", await kubectl.OkAsync("-n", ns, "get", "secret", "t", "-o", "jsonpath={.type}"));
    }

    [Fact]
    public async Task Generators_make_what_their_flags_say()
    {
        var ns = await kubectl.NamespaceAsync("generators");
        Assert.Equal("deployment.apps/d created\n", await kubectl.OkAsync("-n", ns, "create", "deployment", "d", "--image=nginx"));
        Assert.Equal("service/d exposed\n", await kubectl.OkAsync("-n", ns, "expose", "deployment", "d", "--port=80"));
        Assert.Equal("service/n created\n", await kubectl.OkAsync("-n", ns, "create", "service", "nodeport", "n", "--tcp=80:8080"));
        Assert.Equal("ingress.networking.k8s.io/i created\n", await kubectl.OkAsync("-n", ns, "create", "ingress", "i", "--rule=i.localhost/*=d:80"));
        Assert.Equal("serviceaccount/sa created\n", await kubectl.OkAsync("-n", ns, "create", "serviceaccount", "sa"));
        Assert.Equal("role.rbac.authorization.k8s.io/r created\n", await kubectl.OkAsync("-n", ns, "create", "role", "r", "--verb=get", "--resource=pods"));
        Assert.Equal(
            "rolebinding.rbac.authorization.k8s.io/rb created\n",
            await kubectl.OkAsync("-n", ns, "create", "rolebinding", "rb", "--role=r", $"--serviceaccount={ns}:sa"));
        Assert.Equal("pod/p created\n", await kubectl.OkAsync("-n", ns, "run", "p", "--image=busybox", "--restart=Never", "--", "sleep", "1"));
        Assert.Equal("i.localhost", await kubectl.OkAsync("-n", ns, "get", "ing", "i", "-o", "jsonpath={.spec.rules[0].host}"));
        Assert.Equal("8080", await kubectl.OkAsync("-n", ns, "get", "svc", "n", "-o", "jsonpath={.spec.ports[0].targetPort}"));
    }

    [Fact]
    public async Task Create_from_a_file_makes_every_document()
    {
        var ns = await kubectl.NamespaceAsync("file");
        var file = kubectl.WriteFile("web.yaml", Manifests.Web);
        Assert.Contains("ingress.networking.k8s.io/web created", await kubectl.OkAsync("-n", ns, "create", "-f", file), StringComparison.Ordinal);
        Assert.Contains("already exists", await kubectl.FailsAsync("-n", ns, "create", "-f", file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_in_a_missing_namespace_says_so() =>
        Assert.Contains("namespaces \"nowhere\" not found", await kubectl.FailsAsync("-n", "nowhere", "create", "configmap", "c"), StringComparison.Ordinal);
}
