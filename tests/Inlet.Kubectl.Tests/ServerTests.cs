using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

public sealed class ServerTests(KubectlCluster kubectl) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Api_resources_lists_kinds_with_short_names()
    {
        var resources = await kubectl.OkAsync("api-resources");
        Assert.Matches(@"(?m)^deployments +deploy +", resources);
        Assert.Matches(@"(?m)^ingresses +ing +", resources);
        Assert.Contains("deployments.apps", await kubectl.OkAsync("api-resources", "-o", "name", "--verbs=list", "--namespaced"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_versions_lists_groups()
    {
        var versions = (await kubectl.OkAsync("api-versions")).Split('\n');
        Assert.Contains("v1", versions);
        Assert.Contains("apps/v1", versions);
        Assert.Contains("networking.k8s.io/v1beta1", versions);
    }

    [Fact]
    public async Task Short_names_are_resolved_without_a_warning()
    {
        var result = await kubectl.RunAsync("get", "ing,deploy,svc,cm,po,no,ns,ep,sa,ev", "-A");
        Assert.Equal(0, result.Code);
        Assert.DoesNotContain("Warning", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_shows_the_servers() =>
        Assert.Contains("v1.32.0+inlet", await kubectl.OkAsync("version"), StringComparison.Ordinal);

    [Fact]
    public async Task Explain_shows_fields_and_their_types()
    {
        var text = await kubectl.OkAsync("explain", "deployment.spec.replicas");
        Assert.Contains("replicas", text, StringComparison.Ordinal);
        Assert.Contains("<integer>", text, StringComparison.Ordinal);
        Assert.Contains("ingressClassName", await kubectl.OkAsync("explain", "ingress.spec"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Can_i_answers_what_a_request_would_meet()
    {
        Assert.Contains("yes", await kubectl.OkAsync("auth", "can-i", "create", "deployments"), StringComparison.Ordinal);
        Assert.Contains("*.*", await kubectl.OkAsync("auth", "can-i", "--list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_am_i_names_the_admin()
    {
        var result = await kubectl.RunAsync("auth", "whoami");
        if (result.Error.Contains("unknown command", StringComparison.Ordinal) || result.All.Contains("Available Commands", StringComparison.Ordinal))
        {
            Assert.Skip("this kubectl is older than auth whoami");
        }

        Assert.Contains("kubernetes-admin", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_made_for_a_service_account_is_that_account()
    {
        var ns = await kubectl.NamespaceAsync("token");
        await kubectl.OkAsync("-n", ns, "create", "serviceaccount", "robot");
        var result = await kubectl.RunAsync("-n", ns, "create", "token", "robot", "--duration=10m");
        if (result.Code != 0 && result.All.Contains("unknown", StringComparison.Ordinal))
        {
            Assert.Skip("this kubectl is older than create token");
        }

        // As another program would: the same server and CA, and the token in place of the admin's.
        var config = kubectl.WriteFile("robot.conf", (await File.ReadAllTextAsync(kubectl.Kubeconfig)).Replace(kubectl.Server.Credentials.AdminToken, result.Out.Trim(), StringComparison.Ordinal));
        Assert.Contains($"system:serviceaccount:{ns}:robot", await kubectl.OkAsync("--kubeconfig", config, "auth", "whoami"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubeconfig_of_a_service_account_works_in_its_namespace()
    {
        var ns = await kubectl.NamespaceAsync("robot");
        await kubectl.OkAsync("-n", ns, "create", "serviceaccount", "robot");
        await kubectl.OkAsync("-n", ns, "create", "role", "reader", "--verb=get,list", "--resource=configmaps");
        await kubectl.OkAsync("-n", ns, "create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={ns}:robot");
        await kubectl.ApplyAsync(Manifests.ConfigMap("mine", ""), "-n", ns);
        var config = Path.Combine(kubectl.Server.Directory, "account.conf");
        kubectl.Server.Credentials.WriteServiceAccountKubeconfig(ns, "robot", config, kubectl.Server.Address);
        Assert.Equal("configmap/mine\n", await kubectl.OkAsync("--kubeconfig", config, "get", "cm", "-o", "name"));
    }

    [Fact]
    public async Task Wrong_token_is_refused_as_unauthorized()
    {
        var config = kubectl.WriteFile("wrong.conf", (await File.ReadAllTextAsync(kubectl.Kubeconfig)).Replace(kubectl.Server.Credentials.AdminToken, "wrong", StringComparison.Ordinal));
        var error = await kubectl.FailsAsync("--kubeconfig", config, "get", "ns");
        Assert.Contains("Unauthorized", error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Name_of_the_service_is_in_the_certificate()
    {
        var config = kubectl.WriteFile("named.conf", (await File.ReadAllTextAsync(kubectl.Kubeconfig)).Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        Assert.Contains("default", await kubectl.OkAsync("--kubeconfig", config, "get", "ns"), StringComparison.Ordinal);
        Assert.Contains("default", await kubectl.OkAsync("--tls-server-name", "kubernetes.default.svc", "get", "ns"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_asked_of_the_node()
    {
        var ns = await kubectl.NamespaceAsync("logs");
        await kubectl.OkAsync("-n", ns, "run", "p", "--image=busybox", "--restart=Never", """--overrides={"spec":{"nodeName":"inlet"}}""");
        var text = await kubectl.OkAsync("-n", ns, "logs", "p", "--tail=5", "--timestamps");
        Assert.Contains("Container = p, Follow = False, Previous = False, Timestamps = True, TailLines = 5", text, StringComparison.Ordinal);
    }
}
