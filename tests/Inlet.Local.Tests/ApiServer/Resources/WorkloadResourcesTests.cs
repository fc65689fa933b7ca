using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Resources;

/// <summary>Jobs, CronJobs, StatefulSets and DaemonSets: what is filled in, what is refused, what is printed.</summary>
public sealed class WorkloadResourcesTests
{
    private const string Template = """{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]} }""";
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Job_finds_its_pods_by_its_uid_and_gets_kubernetes_defaults()
    {
        var job = Defaulted(ResourceTypes.Jobs, $$"""{"metadata":{"name":"sum","uid":"u1"},"spec":{"template":{{Template}} } }""");

        var spec = job.Object("spec")!;
        Assert.Equal((1, 1, 6), (spec.Integer("completions"), spec.Integer("parallelism"), spec.Integer("backoffLimit")));
        Assert.Equal(("NonIndexed", "TerminatingOrFailed", false), (spec.String("completionMode"), spec.String("podReplacementPolicy"), spec.Boolean("suspend")));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"matchLabels":{"batch.kubernetes.io/controller-uid":"u1"} }"""), spec["selector"]));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"controller-uid":"u1","job-name":"sum","batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"sum"}"""),
            spec["template"]!["metadata"]!["labels"]));
        Assert.Empty(Errors(ResourceTypes.Jobs, job));
    }

    [Theory]
    [InlineData("""{"completionMode":"Indexed","parallelism":2}""", "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("""{"parallelism":-1}""", "spec.parallelism: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("""{"podFailurePolicy":{"rules":[]} }""", "spec.podFailurePolicy: Forbidden: is not supported by this server")]
    [InlineData("""{"backoffLimitPerIndex":1}""", "spec.backoffLimitPerIndex: Forbidden: is not supported by this server")]
    [InlineData("""{"template":{"spec":{"restartPolicy":"Always","containers":[{"name":"a","image":"a"}]} } }""",
        "spec.template.spec.restartPolicy: Unsupported value: \"Always\": supported values: \"Never\", \"OnFailure\"")]
    public void Job_that_makes_no_sense_is_refused_by_field(string spec, string error)
    {
        var job = TestObject("sum", $$"""{"template":{{Template}} }""", spec);
        job["metadata"]!["uid"] = "u1";
        Assert.Equal([error], Errors(ResourceTypes.Jobs, Defaulted(ResourceTypes.Jobs, job.ToJsonString())));
    }

    [Fact]
    public void Job_keeps_its_template()
    {
        var job = Defaulted(ResourceTypes.Jobs, $$"""{"metadata":{"name":"sum","uid":"u1"},"spec":{"template":{{Template}} } }""");
        var changed = job.DeepClone().AsObject();
        changed["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "b";

        Assert.Contains(Errors(ResourceTypes.Jobs, changed, job), error => error.StartsWith("spec.template: Invalid value", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"schedule":"61 * * * *"}""", "spec.schedule: Invalid value: \"61 * * * *\": value out of range (0-59): 61")]
    [InlineData("""{"schedule":"TZ=UTC 1 * * * *"}""", "spec.schedule: Invalid value: \"TZ=UTC 1 * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [InlineData("""{"schedule":"* * * * *","timeZone":"Moon/Crater"}""", "spec.timeZone: Invalid value: \"Moon/Crater\": unknown time zone")]
    [InlineData("""{"schedule":"* * * * *","concurrencyPolicy":"Maybe"}""", "spec.concurrencyPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Forbid\", \"Replace\"")]
    [InlineData("{}", "spec.schedule: Required value")]
    public void Cron_job_that_makes_no_sense_is_refused_by_field(string spec, string error)
    {
        var cronJob = TestObject("tick", $$"""{"jobTemplate":{"spec":{"template":{{Template}} } } }""", spec);
        Assert.Equal([error], Errors(ResourceTypes.CronJobs, Defaulted(ResourceTypes.CronJobs, cronJob.ToJsonString())));
    }

    [Fact]
    public void Stateful_set_refuses_volume_claims_and_changes_of_what_is_fixed()
    {
        var set = Defaulted(ResourceTypes.StatefulSets, Workload("""{"serviceName":"db"}"""));
        Assert.Empty(Errors(ResourceTypes.StatefulSets, set));
        var moved = set.DeepClone().AsObject();
        moved["spec"]!["serviceName"] = "other";
        Assert.StartsWith("spec: Forbidden: updates to statefulset spec", Errors(ResourceTypes.StatefulSets, moved, set).Single(), StringComparison.Ordinal);

        var claiming = Defaulted(ResourceTypes.StatefulSets, Workload("""{"volumeClaimTemplates":[{"metadata":{"name":"data"} }]}"""));
        Assert.Equal(["spec.volumeClaimTemplates: Forbidden: is not supported by this server"], Errors(ResourceTypes.StatefulSets, claiming));
    }

    [Theory]
    [InlineData("""{"maxSurge":0,"maxUnavailable":0}""", "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0")]
    [InlineData("""{"maxSurge":1,"maxUnavailable":1}""", "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero")]
    public void Daemon_set_update_must_be_able_to_move(string rolling, string error)
    {
        var set = Defaulted(ResourceTypes.DaemonSets, Workload($$"""{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{{rolling}} } }"""));
        Assert.Equal([error], Errors(ResourceTypes.DaemonSets, set));
    }

    [Fact]
    public void Columns_show_what_people_look_for()
    {
        Assert.Equal("sum Complete 2/2 30s 60s", Row(ResourceTypes.Jobs, """
            {"metadata":{"name":"sum","creationTimestamp":"2026-03-02T11:59:00Z"},"spec":{"completions":2},
             "status":{"succeeded":2,"startTime":"2026-03-02T11:59:00Z","completionTime":"2026-03-02T11:59:30Z","conditions":[{"type":"Complete","status":"True"}]} }
            """, 5));
        Assert.Equal("tick */5 * * * * <none> False 1 60s 5m", Row(ResourceTypes.CronJobs, """
            {"metadata":{"name":"tick","creationTimestamp":"2026-03-02T11:55:00Z"},"spec":{"schedule":"*/5 * * * *","suspend":false},
             "status":{"active":[{}],"lastScheduleTime":"2026-03-02T11:59:00Z"} }
            """, 7));
        Assert.Equal("db 1/3 5m", Row(ResourceTypes.StatefulSets, """
            {"metadata":{"name":"db","creationTimestamp":"2026-03-02T11:55:00Z"},"spec":{"replicas":3},"status":{"readyReplicas":1} }
            """, 3));
        Assert.Equal("agent 1 1 1 1 1 disk=ssd 5m", Row(ResourceTypes.DaemonSets, """
            {"metadata":{"name":"agent","creationTimestamp":"2026-03-02T11:55:00Z"},"spec":{"template":{"spec":{"nodeSelector":{"disk":"ssd"} } } },
             "status":{"desiredNumberScheduled":1,"currentNumberScheduled":1,"numberReady":1,"updatedNumberScheduled":1,"numberAvailable":1} }
            """, 8));
    }

    private static string Workload(string spec) => TestObject("db", """
        {"selector":{"matchLabels":{"app":"db"} },"template":{"metadata":{"labels":{"app":"db"} },"spec":{"containers":[{"name":"a","image":"a"}]} } }
        """, spec).ToJsonString();

    private static JsonObject TestObject(string name, string spec, string more)
    {
        var obj = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" }, ["spec"] = JsonNode.Parse(spec) };
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            obj["spec"]![key] = value?.DeepClone();
        }

        return obj;
    }

    private static JsonObject Defaulted(ResourceType type, string json)
    {
        var obj = JsonNode.Parse(json)!.AsObject();
        obj["metadata"]!["namespace"] = "default";
        Definition(type).Default(obj);
        return obj;
    }

    private static List<string> Errors(ResourceType type, JsonObject obj, JsonObject? old = null)
    {
        var errors = new FieldErrors();
        Definition(type).Validate(obj, old, errors);
        return [.. errors.All.Select(error => $"{error.Field}: {error.Message}")];
    }

    private static string Row(ResourceType type, string json, int columns) =>
        string.Join(' ', Definition(type).Cells(JsonNode.Parse(json)!.AsObject(), Now).Take(columns));

    private static ResourceDefinition Definition(ResourceType type) => ResourceCatalog.Builtin.Find(type)!.Definition;
}
