using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.EnvironmentVariables;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task Values_come_from_literals_config_maps_secrets_and_fields()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"color":"red"}}""");
        await run.CreateAsync(ResourceTypes.Secrets, """{"metadata":{"name":"s"},"stringData":{"password":"p4ss"}}""");
        var metadata = new JsonObject { ["labels"] = new JsonObject { ["tier"] = "web" }, ["annotations"] = new JsonObject { ["a.b/c"] = "note" } };
        await run.CreateShellPodAsync("p", "env; exec sleep 1000", """
            ,"resources":{"limits":{"cpu":"1500m","memory":"64Mi"}},
            "envFrom":[{"prefix":"CM_","configMapRef":{"name":"cm"}},{"secretRef":{"name":"s"}},{"configMapRef":{"name":"absent","optional":true}}],
            "env":[{"name":"FIRST","value":"one"},{"name":"SECOND","value":"$(FIRST)-$(CM_color)-$$(FIRST)-$(UNKNOWN)"},
              {"name":"KEY","valueFrom":{"configMapKeyRef":{"name":"cm","key":"color"}}},
              {"name":"PW","valueFrom":{"secretKeyRef":{"name":"s","key":"password"}}},
              {"name":"NONE","valueFrom":{"secretKeyRef":{"name":"s","key":"absent","optional":true}}},
              {"name":"POD","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
              {"name":"TIER","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['tier']"}}},
              {"name":"NOTE","valueFrom":{"fieldRef":{"fieldPath":"metadata.annotations['a.b/c']"}}},
              {"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}},
              {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},
              {"name":"CPU","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}},
              {"name":"MEMORY","valueFrom":{"resourceFieldRef":{"resource":"limits.memory","divisor":"1Mi"}}}]
            """, metadata: metadata);

        await run.WaitReadyAsync("p");
        var env = (await run.WaitLogAsync("p", "MEMORY=")).Split('\n').ToHashSet();

        Assert.Superset(
            new HashSet<string>
            {
                "CM_color=red", "password=p4ss", "FIRST=one", "SECOND=one-red-$(FIRST)-$(UNKNOWN)", "KEY=red", "PW=p4ss", "POD=p", "TIER=web", "NOTE=note",
                "NODE=test-node", "IP=127.0.0.1", "CPU=2", "MEMORY=64", "HOSTNAME=p",
            }, env);
        Assert.DoesNotContain(env, e => e.StartsWith("NONE=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Services_are_found_by_variables_unless_the_pod_says_no()
    {
        await using var run = await NodeRun.StartAsync();
        var service = await run.CreateAsync(ResourceTypes.Services, """{"metadata":{"name":"svc-order"},"spec":{"selector":{"a":"b"},"ports":[{"name":"http","port":8080}]}}""");
        var address = service.Object("spec").String("clusterIP");
        await run.CreateShellPodAsync("with", "env; echo DONE; exec sleep 1000");
        await run.CreateShellPodAsync("without", "env; echo DONE; exec sleep 1000", morePod: ""","enableServiceLinks":false""");

        var with = (await run.WaitLogAsync("with", "DONE")).Split('\n').ToHashSet();
        var without = await run.WaitLogAsync("without", "DONE");

        Assert.Superset(
            new HashSet<string>
            {
                $"SVC_ORDER_SERVICE_HOST={address}", "SVC_ORDER_SERVICE_PORT=8080", "SVC_ORDER_SERVICE_PORT_HTTP=8080", $"SVC_ORDER_PORT=tcp://{address}:8080",
                $"SVC_ORDER_PORT_8080_TCP_ADDR={address}", "KUBERNETES_SERVICE_HOST=127.0.0.1", "KUBERNETES_SERVICE_PORT=6443",
            }, with);
        Assert.DoesNotContain("SVC_ORDER", without, StringComparison.Ordinal);
        Assert.Contains("KUBERNETES_SERVICE_HOST=", without, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_of_the_agent_stays_out_and_programs_are_found_first()
    {
        Environment.SetEnvironmentVariable("INLET_TEST_SECRET_OF_THE_AGENT", "hidden");
        await using var run = await NodeRun.StartAsync(configure: o => o with { ProgramDirectory = "/opt/inlet-test" });
        await run.CreateShellPodAsync("p", "env; echo DONE; exec sleep 1000");

        var env = await run.WaitLogAsync("p", "DONE");

        Assert.DoesNotContain("INLET_TEST_SECRET_OF_THE_AGENT", env, StringComparison.Ordinal);
        Assert.Contains("PATH=/opt/inlet-test:", env, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"late","key":"k"}}}]""", "configmap \"late\" not found", "ConfigMap")]
    [InlineData("""[{"name":"X","valueFrom":{"secretKeyRef":{"name":"late","key":"k"}}}]""", "secret \"late\" not found", "Secret")]
    public async Task Missing_reference_holds_the_container_until_it_appears(string env, string message, string kind)
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "echo got $X; exec sleep 1000", $""","env":{env}""");

        var waiting = await run.WaitWaitingAsync("p", "CreateContainerConfigError");
        Assert.Equal(message, NodeRun.Container(waiting).Object("state").Object("waiting").String("message"));
        Assert.Equal("Pending", waiting.Object("status").String("phase"));
        await run.WaitEventAsync("p", "Failed", $"Error: {message}");
        await run.CreateAsync(kind == "Secret" ? ResourceTypes.Secrets : ResourceTypes.ConfigMaps, """{"metadata":{"name":"late"},"data":{"k":"dmFsdWU="}}""");

        await run.WaitReadyAsync("p");
        await run.WaitLogAsync("p", kind == "Secret" ? "got value" : "got dmFsdWU=");
    }

    [Fact]
    public async Task Missing_key_is_named_and_an_edit_that_adds_it_helps()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"other":"x"}}""");
        await run.CreateShellPodAsync("p", "exec sleep 1000", ""","env":[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}}]""");
        await run.WaitEventAsync("p", "Failed", "Error: couldn't find key k in ConfigMap default/cm");

        await run.PatchAsync(ResourceTypes.ConfigMaps, "cm", """{"data":{"k":"v"}}""");

        await run.WaitReadyAsync("p");
    }

    [Fact]
    public async Task Edit_of_a_config_map_leaves_the_running_environment_alone()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateAsync(ResourceTypes.ConfigMaps, """{"metadata":{"name":"cm"},"data":{"k":"old"}}""");
        await run.CreateShellPodAsync(
            "p", "while :; do echo $X $(cat /tmp/inlet-none 2>/dev/null); sleep 0.05; done", ""","env":[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"cm","key":"k"}}}]""");
        await run.WaitLogAsync("p", "old");

        await run.PatchAsync(ResourceTypes.ConfigMaps, "cm", """{"data":{"k":"new"}}""");
        await run.WaitLogAsync("p", string.Concat(Enumerable.Repeat("old\n", 20)));

        Assert.DoesNotContain("new", await run.LogsAsync("p"), StringComparison.Ordinal);
        Assert.Equal(0, NodeRun.Container(await run.GetPodAsync("p")).Integer("restartCount"));
    }
}
