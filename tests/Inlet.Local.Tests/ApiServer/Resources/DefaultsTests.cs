using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Resources;

public sealed class DefaultsTests
{
    [Fact]
    public void Deployment_gets_kubernetes_defaults()
    {
        var obj = Default(ResourceTypes.Deployments,
            """{"metadata":{"name":"d"},"spec":{"selector":{},"template":{"spec":{"containers":[{"name":"a","image":"nginx","ports":[{"containerPort":80}]}]}}}}""");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"replicas":1,"revisionHistoryLimit":10,"progressDeadlineSeconds":600,"selector":{},
             "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":"25%"}},
             "template":{"spec":{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},
               "schedulerName":"default-scheduler","containers":[{"name":"a","image":"nginx","imagePullPolicy":"Always","resources":{},
               "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}
            """), obj["spec"]), obj.ToJsonString());
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("nginx:1.27", "IfNotPresent")]
    [InlineData("registry:5000/nginx", "Always")]
    [InlineData("registry:5000/nginx:1", "IfNotPresent")]
    [InlineData("nginx@sha256:abc", "IfNotPresent")]
    public void Container_pull_policy_follows_the_tag(string image, string expected)
    {
        var obj = Default(ResourceTypes.Pods, $$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"{{{image}}}"}]}}""");

        Assert.Equal(expected, obj["spec"]!["containers"]![0]!["imagePullPolicy"]!.GetValue<string>());
    }

    [Fact]
    public void Pod_gets_account_volume_and_probe_defaults()
    {
        var obj = Default(ResourceTypes.Pods, """
            {"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x","readinessProbe":{"httpGet":{"port":80}},
             "resources":{"limits":{"cpu":"1"}}}],"volumes":[{"name":"v","configMap":{"name":"c"}},{"name":"e"}]}}
            """);
        var spec = obj["spec"]!;

        Assert.Equal("default", spec["serviceAccountName"]!.GetValue<string>());
        Assert.Equal("default", spec["serviceAccount"]!.GetValue<string>());
        Assert.Equal(420, spec["volumes"]![0]!["configMap"]!["defaultMode"]!.GetValue<int>());
        Assert.Equal("{}", spec["volumes"]![1]!["emptyDir"]!.ToJsonString());
        Assert.Equal("""{"port":80,"path":"/","scheme":"HTTP"}""", spec["containers"]![0]!["readinessProbe"]!["httpGet"]!.ToJsonString());
        Assert.Equal(10, spec["containers"]![0]!["readinessProbe"]!["periodSeconds"]!.GetValue<int>());
        Assert.Equal("1", spec["containers"]![0]!["resources"]!["requests"]!["cpu"]!.GetValue<string>());
    }

    [Fact]
    public void Service_gets_kubernetes_defaults()
    {
        var obj = Default(ResourceTypes.Services, """{"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","ports":[{"port":80}]}}""");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"type":"LoadBalancer","sessionAffinity":"None","internalTrafficPolicy":"Cluster","externalTrafficPolicy":"Cluster",
             "allocateLoadBalancerNodePorts":true,"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
             "ports":[{"port":80,"protocol":"TCP","targetPort":80}]}
            """), obj["spec"]), obj.ToJsonString());
    }

    [Fact]
    public void Secret_stringData_moves_into_data()
    {
        var obj = Default(ResourceTypes.Secrets, """{"metadata":{"name":"s"},"data":{"a":"eA=="},"stringData":{"a":"y","b":"z"}}""");

        Assert.Equal("""{"a":"eQ==","b":"eg=="}""", obj["data"]!.ToJsonString());
        Assert.False(obj.ContainsKey("stringData"));
        Assert.Equal("Opaque", obj["type"]!.GetValue<string>());
    }

    [Fact]
    public void Defaults_are_stable()
    {
        foreach (var definition in ResourceCatalog.Builtin.All)
        {
            var once = JsonNode.Parse("""
                {"metadata":{"name":"x"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b"}]}},"containers":[{"name":"a"}],"ports":[{"port":1}]}}
                """)!.AsObject();
            definition.Default(once);
            var twice = once.DeepClone().AsObject();
            definition.Default(twice);

            Assert.True(JsonNode.DeepEquals(once, twice), definition.Type.Kind);
        }
    }

    [Fact]
    public void Generation_moves_with_the_spec_only()
    {
        var definition = Definition(ResourceTypes.Deployments);
        var old = JsonNode.Parse("""{"metadata":{"name":"d"},"spec":{"replicas":1},"status":{"replicas":9}}""")!.AsObject();
        definition.PrepareForCreate(old);
        Assert.Equal(1, old["metadata"]!["generation"]!.GetValue<int>());
        Assert.False(old.ContainsKey("status"));
        old["status"] = new JsonObject { ["replicas"] = 1 };

        var labelled = old.DeepClone().AsObject();
        labelled["metadata"]!["labels"] = new JsonObject { ["a"] = "b" };
        labelled["status"] = new JsonObject { ["replicas"] = 5 };
        definition.PrepareForUpdate(labelled, old);
        var scaled = old.DeepClone().AsObject();
        scaled["spec"]!["replicas"] = 2L;
        definition.PrepareForUpdate(scaled, old);

        Assert.Equal(1, labelled["metadata"]!.AsObject().Integer("generation"));
        Assert.Equal(1, labelled["status"]!["replicas"]!.GetValue<int>());
        Assert.Equal(2, scaled["metadata"]!.AsObject().Integer("generation"));
    }

    [Fact]
    public void Status_update_changes_status_only()
    {
        var definition = Definition(ResourceTypes.Deployments);
        var old = JsonNode.Parse("""{"metadata":{"name":"d","resourceVersion":"5","labels":{"a":"b"}},"spec":{"replicas":1}}""")!.AsObject();
        var obj = JsonNode.Parse("""{"metadata":{"name":"d","resourceVersion":"5"},"spec":{"replicas":7},"status":{"replicas":1}}""")!.AsObject();

        definition.PrepareForStatusUpdate(obj, old);

        Assert.Equal("""{"metadata":{"name":"d","resourceVersion":"5","labels":{"a":"b"}},"spec":{"replicas":1},"status":{"replicas":1}}""",
            Sorted(obj).ToJsonString());
    }

    [Fact]
    public void Service_update_keeps_what_was_allocated()
    {
        var definition = Definition(ResourceTypes.Services);
        var old = Default(ResourceTypes.Services,
            """{"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"10.96.0.5","ports":[{"port":80,"nodePort":30001}]}}""");
        var obj = Default(ResourceTypes.Services, """{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80},{"port":81,"name":"b"}]}}""");

        definition.PrepareForUpdate(obj, old);

        Assert.Equal("10.96.0.5", obj["spec"]!["clusterIP"]!.GetValue<string>());
        Assert.Equal(30001, obj["spec"]!["ports"]![0]!.AsObject().Integer("nodePort"));
        Assert.Null(obj["spec"]!["ports"]![1]!.AsObject().Integer("nodePort"));
    }

    [Fact]
    public void Scale_goes_to_the_parent_and_back()
    {
        var parent = JsonNode.Parse("""
            {"metadata":{"name":"d","namespace":"n","resourceVersion":"7"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"d"}}},"status":{"replicas":1}}
            """)!.AsObject();

        var scale = ScaleConversion.ToScale(parent);
        Assert.Equal("""{"replicas":1,"selector":"app=d"}""", scale["status"]!.ToJsonString());
        scale["spec"]!["replicas"] = 3;
        ScaleConversion.Apply(scale, parent);

        Assert.Equal(3, parent["spec"]!.AsObject().Integer("replicas"));
        scale["spec"]!["replicas"] = -1;
        Assert.Equal(422, Assert.Throws<KubernetesApiException>(() => ScaleConversion.Apply(scale, parent)).Code);
    }

    private static JsonObject Sorted(JsonObject obj) =>
        new(obj.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private static ResourceDefinition Definition(ResourceType type) => ResourceCatalog.Builtin.Find(type)!.Definition;

    private static JsonObject Default(ResourceType type, string json)
    {
        var obj = JsonNode.Parse(json)!.AsObject();
        Definition(type).Default(obj);
        return obj;
    }
}
