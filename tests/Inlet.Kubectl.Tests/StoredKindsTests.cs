using Inlet.Kubectl.Tests.Harness;

namespace Inlet.Kubectl.Tests;

/// <summary>Kinds that are stored for their manifests' sake, and storage.</summary>
public sealed class StoredKindsTests(KubectlCluster cluster) : IClassFixture<KubectlCluster>
{
    [Fact]
    public async Task Autoscale_stores_an_autoscaler_and_says_that_it_does_nothing()
    {
        var ns = await cluster.NamespaceAsync("autoscale");
        await cluster.ApplyAsync(Manifests.Web, "-n", ns);
        var result = await cluster.RunAsync("autoscale", "deployment", "web", "--min=2", "--max=5", "--cpu-percent=70", "-n", ns);
        Assert.True(result.Code == 0, result.All);
        Assert.Contains("horizontalpodautoscaler.autoscaling/web autoscaled", result.Out, StringComparison.Ordinal);
        Assert.Contains("Warning: HorizontalPodAutoscalers are stored and have no effect", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"web\s+Deployment/web\s+cpu: <unknown>/70%\s+2\s+5\s+0", await cluster.OkAsync("get", "hpa", "-n", ns));
        Assert.Equal("70", await cluster.OkAsync("get", "horizontalpodautoscalers.v1.autoscaling", "web", "-n", ns, "-o", "jsonpath={.spec.targetCPUUtilizationPercentage}"));
        Assert.Equal("70", await cluster.OkAsync("get", "hpa", "web", "-n", ns, "-o", "jsonpath={.spec.metrics[0].resource.target.averageUtilization}"));
        Assert.Contains("Metrics:", await cluster.OkAsync("describe", "hpa", "web", "-n", ns), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("quota q --hard=cpu=1,pods=2", "resourcequota/q", "ResourceQuotas are stored")]
    [InlineData("pdb p --selector=app=web --min-available=1", "poddisruptionbudget/p", "PodDisruptionBudgets are stored")]
    [InlineData("priorityclass high --value=1000 --description=x", "priorityclass/high", "PriorityClasses are stored")]
    public async Task Created_with_kubectls_own_generator_it_warns(string arguments, string reference, string warning)
    {
        var ns = await cluster.NamespaceAsync("stored");
        var result = await cluster.RunAsync(["create", .. arguments.Split(' '), "-n", ns]);
        Assert.True(result.Code == 0, result.All);
        Assert.Contains($"Warning: {warning}", result.Error, StringComparison.Ordinal);
        Assert.Contains(reference.Split('/')[1], await cluster.OkAsync("get", reference, "-n", ns), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_ranges_and_volumes_are_applied_read_and_changed()
    {
        var ns = await cluster.NamespaceAsync("kinds");
        const string Kinds =
            """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: deny}
            spec:
              podSelector: {matchLabels: {app: web}}
              ingress: [{ports: [{port: 80}]}]
            ---
            apiVersion: v1
            kind: LimitRange
            metadata: {name: limits}
            spec: {limits: [{type: Container, default: {cpu: 500m}}]}
            ---
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: local}
            provisioner: kubernetes.io/no-provisioner
            ---
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: disk}
            spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/disk}, storageClassName: local}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: claim}
            spec: {accessModes: [ReadWriteOnce], storageClassName: local, resources: {requests: {storage: 1Gi}}}
            """;
        await cluster.ApplyAsync(Kinds, "-n", ns);
        Assert.Matches(@"deny\s+app=web", await cluster.OkAsync("get", "netpol", "-n", ns));
        Assert.Equal("TCP", await cluster.OkAsync("get", "netpol", "deny", "-n", ns, "-o", "jsonpath={.spec.ingress[0].ports[0].protocol}"));
        Assert.Matches(@"disk\s+1Gi\s+RWO\s+Retain\s+Pending", await cluster.OkAsync("get", "pv"));
        Assert.Matches(@"claim\s+Pending", await cluster.OkAsync("get", "pvc", "-n", ns));
        Assert.Matches(@"local\s+kubernetes.io/no-provisioner\s+Delete\s+Immediate\s+false", await cluster.OkAsync("get", "sc"));
        // The policy's port got a default inside a list that is replaced as a whole: kubectl says so on every cluster.
        Assert.All(
            (await cluster.ApplyAsync(Kinds, "-n", ns)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("networkpolicy", StringComparison.Ordinal)),
            line => Assert.EndsWith("unchanged", line, StringComparison.Ordinal));
        Assert.Contains("hostPath alone", (await cluster.RunAsync(
            ["apply", "-f", "-"], "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: nfs}\nspec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteMany], nfs: {server: s, path: /}}")).Error,
            StringComparison.Ordinal);
        await cluster.OkAsync("explain", "networkpolicy.spec.ingress");
    }

    [Fact]
    public async Task Auth_can_i_tells_what_a_service_account_may()
    {
        var ns = await cluster.NamespaceAsync("rights");
        await cluster.OkAsync("create", "serviceaccount", "robot", "-n", ns);
        var user = $"--as=system:serviceaccount:{ns}:robot";
        var no = await cluster.RunAsync("auth", "can-i", "list", "pods", "-n", ns, user);
        Assert.Equal((1, "no\n"), (no.Code, no.Out));
        await cluster.OkAsync("create", "role", "reader", "--verb=get,list", "--resource=pods,deployments.apps", "-n", ns);
        await cluster.OkAsync("create", "rolebinding", "reader", "--role=reader", $"--serviceaccount={ns}:robot", "-n", ns);
        Assert.Equal("yes\n", await cluster.OkAsync("auth", "can-i", "list", "pods", "-n", ns, user));
        Assert.Matches(@"pods\s+\[\]\s+\[\]\s+\[get list\]", await cluster.OkAsync("auth", "can-i", "--list", "-n", ns, user));
        Assert.Contains("configmaps is forbidden: User", await cluster.FailsAsync("create", "configmap", "c", "-n", ns, user), StringComparison.Ordinal);
        await cluster.OkAsync("get", "pods", "-n", ns, user);
    }
}
