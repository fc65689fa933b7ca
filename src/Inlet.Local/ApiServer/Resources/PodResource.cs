using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class PodResource : ResourceDefinition
{
    /// <summary>The parts of a pod's spec an update may change; the last two only in narrow ways Kubernetes describes.</summary>
    private static readonly string[] MutableFields = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations"];

    public PodResource()
        : base(ResourceTypes.Pods, "pod", "k8s.io.api.core.v1.Pod")
    {
        ShortNames = ["po"];
        Categories = ["all"];
        HasOwnFields = true;
        Subresources =
        [
            StatusOf(Type),
            new("log", Type.Group, Type.Version, Type.Kind, ["get"]),
            new("exec", Type.Group, Type.Version, "PodExecOptions", ["create", "get"]),
            new("attach", Type.Group, Type.Version, "PodAttachOptions", ["create", "get"]),
            new("portforward", Type.Group, Type.Version, "PodPortForwardOptions", ["create", "get"]),
            new("binding", "", "v1", "Binding", ["create"]),
            new("eviction", "policy", "v1", "Eviction", ["create"]),
        ];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Ready"), new("Status"), new("Restarts"), TableColumn.Age,
        TableColumn.Wide("IP"), TableColumn.Wide("Node"), TableColumn.Wide("Nominated Node"), TableColumn.Wide("Readiness Gates"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var summary = PodSummary.Of(obj);
        var status = obj.Object("status");
        return
        [
            obj.Name(), $"{summary.ReadyContainers}/{summary.Containers}", summary.Reason, Restarts(summary, now), Cell.Age(obj, now),
            Cell.OrNone(status.String("podIP")), Cell.OrNone(obj.Object("spec").String("nodeName")),
            Cell.OrNone(status.String("nominatedNodeName")), ReadinessGates(obj),
        ];
    }

    public override string? SelectableField(JsonObject obj, string field) => field switch
    {
        "spec.nodeName" or "spec.restartPolicy" or "spec.schedulerName" or "spec.serviceAccountName" =>
            obj.Object("spec").String(field["spec.".Length..]) ?? "",
        "spec.hostNetwork" => obj.Object("spec").Boolean("hostNetwork") == true ? "true" : "false",
        "status.phase" or "status.podIP" or "status.nominatedNodeName" => obj.Object("status").String(field["status.".Length..]) ?? "",
        _ => base.SelectableField(obj, field),
    };

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        PodSpecDefaults.Apply(spec);
        FieldChecks.Default(spec, "enableServiceLinks", true);
        // The ServiceAccount admission plug-in of Kubernetes: every pod runs as somebody.
        FieldChecks.Default(spec, "serviceAccountName", "default");
        PodSpecDefaults.MirrorServiceAccount(spec);
        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            RequestsFromLimits(container.Object("resources"));
        }
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodQuality.Of(obj.Object("spec")) };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        if (old is null)
        {
            PodSpecValidation.Validate(obj.Object("spec"), "spec", errors);
            return;
        }

        if (!JsonNode.DeepEquals(Frozen(obj), Frozen(old)))
        {
            errors.Forbidden("spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
                "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
                "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
    }

    /// <summary>The spec without what may change.</summary>
    private static JsonObject Frozen(JsonObject obj)
    {
        var spec = (obj.Object("spec") ?? []).DeepClone().AsObject();
        foreach (var field in MutableFields)
        {
            spec.Remove(field);
        }

        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            container.Remove("image");
        }

        return spec;
    }

    private static void RequestsFromLimits(JsonObject? resources)
    {
        if (resources.Object("limits") is not { } limits)
        {
            return;
        }

        var requests = resources!.GetOrAddObject("requests");
        foreach (var (name, value) in limits)
        {
            requests[name] ??= value?.DeepClone();
        }
    }

    private static string Restarts(PodSummary summary, DateTimeOffset now) => summary is { Restarts: > 0, LastRestart: { } last }
        ? $"{summary.Restarts} ({HumanDuration.Age(last, now)} ago)"
        : $"{summary.Restarts}";

    private static string ReadinessGates(JsonObject obj)
    {
        var gates = obj.Object("spec").Objects("readinessGates").Select(g => g.String("conditionType")).ToList();
        if (gates.Count == 0)
        {
            return Cell.None;
        }

        var met = obj.Object("status").Objects("conditions").Count(c => c.String("status") == "True" && gates.Contains(c.String("type")));
        return $"{met}/{gates.Count}";
    }
}
