using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>Stored for the manifests that have it; nothing here measures load and scales.</summary>
internal sealed class HorizontalPodAutoscalerResource : ResourceDefinition
{
    public HorizontalPodAutoscalerResource()
        : base(new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true), "horizontalpodautoscaler", "k8s.io.api.autoscaling.v2.HorizontalPodAutoscaler")
    {
        ShortNames = ["hpa"];
        Categories = ["all"];
        HasGeneration = true;
        Subresources = [StatusOf(Type)];
        Versions = [Storage, new HorizontalPodAutoscalerV1(Type)];
        NoEffect = "HorizontalPodAutoscalers are stored and have no effect on this server: nothing is scaled automatically";
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Reference"), new("Targets"), new("MinPods"), new("MaxPods", "integer"), new("Replicas", "integer"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        var target = spec.Object("scaleTargetRef");
        return
        [
            obj.Name(), $"{target.String("kind")}/{target.String("name")}", Targets(spec), spec.Integer("minReplicas")?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "<unset>",
            spec.Integer("maxReplicas") ?? 0, obj.Object("status").Integer("currentReplicas") ?? 0, Cell.Age(obj, now),
        ];
    }

    public override void Default(JsonObject obj)
    {
        const int KubernetesUtilization = 80;
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "minReplicas", 1);
        if (spec.Array("metrics") is null or { Count: 0 })
        {
            spec["metrics"] = new JsonArray(HorizontalPodAutoscalerV1.CpuMetric(KubernetesUtilization));
        }
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        var target = spec.Object("scaleTargetRef");
        foreach (var key in (ReadOnlySpan<string>)["kind", "name"])
        {
            if (string.IsNullOrEmpty(target.String(key)))
            {
                errors.Required($"spec.scaleTargetRef.{key}");
            }
        }

        var minimum = spec.Integer("minReplicas") ?? 1;
        var maximum = spec.Integer("maxReplicas") ?? 0;
        if (minimum < 1)
        {
            errors.Invalid("spec.minReplicas", minimum, "must be greater than or equal to 1");
        }

        if (maximum < 1)
        {
            errors.Invalid("spec.maxReplicas", maximum, "must be greater than 0");
        }
        else if (maximum < minimum)
        {
            errors.Invalid("spec.maxReplicas", maximum, "must be greater than or equal to `minReplicas`");
        }
    }

    private static string Targets(JsonObject? spec)
    {
        var targets = spec.Objects("metrics").Select(m =>
        {
            var resource = m.Object("resource");
            var target = resource.Object("target");
            var value = target.Integer("averageUtilization") is { } percent ? $"{percent}%" : target.String("averageValue") ?? target.String("value") ?? "<auto>";
            return m.String("type") == "Resource" ? $"{resource.String("name")}: <unknown>/{value}" : "<unknown>/<auto>";
        });
        return Cell.OrNone(string.Join(", ", targets));
    }
}
