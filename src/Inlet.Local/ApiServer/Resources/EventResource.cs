using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class EventResource : ResourceDefinition
{
    public EventResource()
        : base(ResourceTypes.Events, "event", "k8s.io.api.core.v1.Event")
    {
        ShortNames = ["ev"];
        HasOwnFields = true;
        Versions = [Storage, new EventsV1()];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        new("Last Seen"), new("Type"), new("Reason"), new("Object"), TableColumn.Wide("Subobject"), TableColumn.Wide("Source"),
        new("Message"), TableColumn.Wide("First Seen"), TableColumn.Wide("Count"), new("Name", Format: "name", Priority: 1),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var about = obj.Object("involvedObject");
        var series = obj.Object("series");
        var first = Cell.Time(obj.String("firstTimestamp")) ?? Cell.Time(obj.String("eventTime"));
        var last = Cell.Time(series.String("lastObservedTime")) ?? Cell.Time(obj.String("lastTimestamp")) ?? first;
        return
        [
            HumanDuration.Age(last, now), obj.String("type") ?? "", obj.String("reason") ?? "",
            $"{about.String("kind")?.ToLowerInvariant()}/{about.String("name")}", about.String("fieldPath") ?? "", Source(obj),
            (obj.String("message") ?? "").Trim(), HumanDuration.Age(first, now),
            series.Integer("count") ?? obj.Integer("count") ?? 1, obj.Name(),
        ];
    }

    public override string? SelectableField(JsonObject obj, string field) => field switch
    {
        "involvedObject.kind" or "involvedObject.namespace" or "involvedObject.name" or "involvedObject.uid"
            or "involvedObject.apiVersion" or "involvedObject.resourceVersion" or "involvedObject.fieldPath" =>
            obj.Object("involvedObject").String(field["involvedObject.".Length..]) ?? "",
        "regarding.kind" or "regarding.namespace" or "regarding.name" or "regarding.uid"
            or "regarding.apiVersion" or "regarding.resourceVersion" or "regarding.fieldPath" =>
            obj.Object("involvedObject").String(field["regarding.".Length..]) ?? "",
        "reason" or "type" or "reportingComponent" => obj.String(field) ?? "",
        "reportingController" => obj.String("reportingComponent") ?? "",
        "source" => obj.Object("source").String("component") is { Length: > 0 } component ? component : obj.String("reportingComponent") ?? "",
        _ => base.SelectableField(obj, field),
    };

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var about = obj.Object("involvedObject").String("namespace") ?? "";
        // Events about cluster-scoped objects live in "default".
        if (obj.Namespace().Length > 0 && obj.Namespace() != (about.Length == 0 ? "default" : about) && !(about.Length == 0 && obj.Namespace() == "kube-system"))
        {
            errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        }
    }

    private static string Source(JsonObject obj)
    {
        var source = obj.Object("source");
        var component = source.String("component") is { Length: > 0 } name ? name : obj.String("reportingComponent") ?? "";
        var host = source.String("host") is { Length: > 0 } h ? h : obj.String("reportingInstance") ?? "";
        return host.Length == 0 ? component : $"{component}, {host}";
    }
}
