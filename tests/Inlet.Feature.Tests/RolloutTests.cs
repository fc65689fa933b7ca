using Inlet.Feature.Tests.Harness;

namespace Inlet.Feature.Tests;

/// <summary>Rollouts under load, of pods with a readiness probe and nothing else to help them: no request is lost.</summary>
public sealed class RolloutTests
{
    private const int Clients = 8;

    private const string Template = """
        selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: inlet:0.1.0
                  command: [inlet, demo, --port=8080, --name=app]
                  readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app}
        spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: app}
        spec: {defaultBackend: {service: {name: app, port: {number: 80}}}}
        """;

    private const string Deployment = $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          replicas: 12
          {{Template}}
        """;

    private const string StatefulSet = $$"""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: app}
        spec:
          replicas: 3
          serviceName: app
          {{Template}}
        """;

    [Theory]
    [InlineData("deployment", Deployment)]
    [InlineData("statefulset", StatefulSet)]
    public async Task A_rolling_update_under_load_loses_no_request(string kind, string manifest)
    {
        using var directory = new TemporaryDirectory();
        await using var inlet = await InletUp.StartAsync(["-f", directory.Write("app.yaml", manifest)], directory.Path);
        await using var load = new Load(new Uri($"http://127.0.0.1:{inlet.HttpPort}/"), Clients);
        await Eventually.HoldsAsync("the load is answered", () => load.Answered > 100);

        await inlet.KubectlAsync($"rollout restart {kind} app");
        await inlet.KubectlAsync($"rollout status {kind} app --timeout=50s");
        await Eventually.HoldsAsync("the old pods are gone", async () =>
            (await inlet.KubectlAsync("get pods -l app=app -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == (kind == "deployment" ? 12 : 3));

        var (answered, failures, slowest) = await load.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} requests, the slowest took {slowest.TotalMilliseconds:0} ms");
        Assert.Empty(failures);
        Assert.True(answered > 500, $"only {answered} requests were made");
    }
}
