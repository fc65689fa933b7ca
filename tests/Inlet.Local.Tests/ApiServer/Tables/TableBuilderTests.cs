using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.Tests.ApiServer.Tables;

public sealed class TableBuilderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Running", """{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]}""", "1/1|Running|0|60m")]
    [InlineData("waiting", """{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"CreateContainerConfigError"}}}]}""",
        "0/1|CreateContainerConfigError|0|60m")]
    [InlineData("crash", """{"phase":"Running","containerStatuses":[{"restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"finishedAt":"2026-01-01T00:57:00Z"}}}]}""",
        "0/1|CrashLoopBackOff|3 (3m ago)|60m")]
    [InlineData("completed", """{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}""", "0/1|Completed|0|60m")]
    [InlineData("exit", """{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":3}}}]}""", "0/1|ExitCode:3|0|60m")]
    [InlineData("signal", """{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"exitCode":137,"signal":9}}}]}""", "0/1|Signal:9|0|60m")]
    [InlineData("evicted", """{"phase":"Failed","reason":"Evicted"}""", "0/1|Evicted|0|60m")]
    [InlineData("init", """{"phase":"Pending","initContainerStatuses":[{"state":{"waiting":{"reason":"PodInitializing"}}}],"containerStatuses":[{"state":{"waiting":{"reason":"PodInitializing"}}}]}""",
        "0/1|Init:0/1|0|60m")]
    [InlineData("initError", """{"phase":"Pending","initContainerStatuses":[{"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}""", "0/1|Init:Error|0|60m")]
    [InlineData("new", """{"phase":"Pending"}""", "0/1|Pending|0|60m")]
    public void Pod_status_is_what_kubectl_users_know(string name, string status, string expected)
    {
        var pod = JsonNode.Parse($$"""
            {"metadata":{"name":"{{name}}","creationTimestamp":"2026-01-01T00:00:00Z"},
             "spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"}]},"status":{{status}}}
            """)!.AsObject();

        Assert.Equal(expected, string.Join('|', Cells("v1", "Pod", pod).Skip(1).Take(4)));
    }

    [Fact]
    public void Pod_being_deleted_is_terminating() => Assert.Equal("Terminating", Cells("v1", "Pod", JsonNode.Parse("""
        {"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{}]},
         "status":{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}}]}}
        """)!.AsObject())[2]);

    [Theory]
    [InlineData("apps/v1", "Deployment", """{"spec":{"replicas":3,"selector":{"matchLabels":{"app":"w"}},"template":{"spec":{"containers":[{"name":"a","image":"i:1"},{"name":"b","image":"j"}]}}},"status":{"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}}""",
        "x|1/3|2|1|60m|a,b|i:1,j|app=w")]
    [InlineData("apps/v1", "ReplicaSet", """{"spec":{"replicas":3,"selector":{"matchLabels":{"app":"w"}},"template":{"spec":{"containers":[{"name":"a","image":"i"}]}}},"status":{"replicas":2,"readyReplicas":1}}""",
        "x|3|2|1|60m|a|i|app=w")]
    [InlineData("v1", "Service", """{"spec":{"type":"LoadBalancer","clusterIP":"10.96.0.5","ports":[{"port":80,"nodePort":30431,"protocol":"TCP"},{"port":443,"protocol":"TCP"}],"selector":{"b":"2","a":"1"}}}""",
        "x|LoadBalancer|10.96.0.5|<pending>|80:30431/TCP,443/TCP|60m|a=1,b=2")]
    [InlineData("v1", "Service", """{"spec":{"type":"LoadBalancer","clusterIP":"10.96.0.5","externalIPs":["1.1.1.1"]},"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"},{"hostname":"h"}]}}}""",
        "x|LoadBalancer|10.96.0.5|127.0.0.1,h,1.1.1.1|<none>|60m|<none>")]
    [InlineData("v1", "Service", """{"spec":{"type":"ExternalName","externalName":"example.com"}}""", "x|ExternalName|<none>|example.com|<none>|60m|<none>")]
    [InlineData("networking.k8s.io/v1", "Ingress", """{"spec":{"ingressClassName":"inlet","tls":[{}],"rules":[{"host":"a"},{"host":"b"},{"host":"c"},{"host":"d"}]},"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}}""",
        "x|inlet|a,b,c + 1 more...|127.0.0.1|80, 443|60m")]
    [InlineData("networking.k8s.io/v1", "Ingress", """{"spec":{"rules":[{}]}}""", "x|<none>|*||80|60m")]
    [InlineData("discovery.k8s.io/v1", "EndpointSlice", """{"addressType":"IPv4","ports":[{"port":8080}],"endpoints":[{"addresses":["1.1.1.1"]},{"addresses":["1.1.1.2"]}]}""",
        "x|IPv4|8080|1.1.1.1,1.1.1.2|60m")]
    [InlineData("v1", "Endpoints", """{"subsets":[{"addresses":[{"ip":"1.1.1.1"}],"ports":[{"port":80},{"port":81}]}]}""", "x|1.1.1.1:80,1.1.1.1:81|60m")]
    [InlineData("v1", "ConfigMap", """{"data":{"a":"1"},"binaryData":{"b":""}}""", "x|2|60m")]
    [InlineData("v1", "Secret", """{"type":"Opaque","data":{"a":""}}""", "x|Opaque|1|60m")]
    [InlineData("v1", "Namespace", """{"status":{"phase":"Active"}}""", "x|Active|60m")]
    [InlineData("v1", "Event", """{"lastTimestamp":"2026-01-01T00:59:55Z","firstTimestamp":"2026-01-01T00:00:00Z","count":4,"type":"Normal","reason":"Started","message":"m\n","involvedObject":{"kind":"Pod","name":"p"},"source":{"component":"kubelet","host":"inlet"}}""",
        "5s|Normal|Started|pod/p||kubelet, inlet|m|60m|4|x")]
    [InlineData("v1", "Node", """{"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v1"},"addresses":[{"type":"InternalIP","address":"127.0.0.1"}]}}""",
        "x|Ready|<none>|60m|v1|127.0.0.1|<none>|<unknown>|<unknown>|<unknown>")]
    public void Cells_are_what_kubectl_users_know(string apiVersion, string kind, string body, string expected)
    {
        var obj = JsonNode.Parse(body)!.AsObject();
        obj["metadata"] = new JsonObject { ["name"] = "x", ["creationTimestamp"] = "2026-01-01T00:00:00Z" };

        Assert.Equal(expected, string.Join('|', Cells(apiVersion, kind, obj)));
    }

    [Fact]
    public void Every_kind_prints_a_cell_per_column_even_for_an_empty_object() => Assert.All(ResourceCatalog.Builtin.All, definition =>
        Assert.Equal(definition.Columns.Count, definition.Cells([], Now).Count));

    [Theory]
    [InlineData(null, "PartialObjectMetadata")]
    [InlineData("Object", "Ingress")]
    [InlineData("None", null)]
    public void Build_includes_what_was_asked(string? include, string? kind)
    {
        var served = ResourceCatalog.Builtin.Find("extensions", "v1beta1", "ingresses")!;
        var stored = JsonNode.Parse("""{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"s","port":{"number":80}}}}}""")!.AsObject();

        var table = TableBuilder.Build(served, [stored], new JsonObject { ["resourceVersion"] = "7" }, TableBuilder.ParseIncludeObject(include), Now);

        Assert.Equal("Table", table["kind"]!.GetValue<string>());
        Assert.Equal("7", table["metadata"]!["resourceVersion"]!.GetValue<string>());
        Assert.Equal(6, table["columnDefinitions"]!.AsArray().Count);
        var row = table["rows"]![0]!;
        Assert.Equal(6, row["cells"]!.AsArray().Count);
        Assert.Equal(kind, row["object"]?["kind"]?.GetValue<string>());
        if (kind == "Ingress")
        {
            Assert.Equal("""{"serviceName":"s","servicePort":80}""", row["object"]!["spec"]!["backend"]!.ToJsonString());
            Assert.NotNull(stored["spec"]!["defaultBackend"]);
        }
    }

    private static List<string> Cells(string apiVersion, string kind, JsonObject obj) =>
        [.. ResourceCatalog.Builtin.FindKind(apiVersion, kind)!.Definition.Cells(obj, Now).Select(c => c?.ToString() ?? "null")];
}
