using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>
/// <c>autoscaling/v1</c>, which <c>kubectl autoscale</c> sends: one percentage of CPU instead of a list of metrics. Metrics it
/// has no words for travel in an annotation, as in Kubernetes, so that writing what was read loses nothing.
/// </summary>
internal sealed class HorizontalPodAutoscalerV1(ResourceType storage)
    : ServedVersion(storage with { Version = "v1" }, "k8s.io.api.autoscaling.v1.HorizontalPodAutoscaler")
{
    private const string Percentage = "targetCPUUtilizationPercentage";
    private const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
    private const string BehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

    public static JsonObject CpuMetric(long percent) => new()
    {
        ["type"] = "Resource",
        ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = percent } },
    };

    public override JsonObject ToStorage(JsonObject obj)
    {
        obj["apiVersion"] = storage.ApiVersion;
        var annotations = obj.Annotations();
        if (obj.Object("spec") is not { } spec)
        {
            return obj;
        }

        var metrics = Take(annotations, MetricsAnnotation) as JsonArray ?? [];
        if (spec.Integer(Percentage) is { } percent)
        {
            metrics.Insert(0, CpuMetric(percent));
        }

        spec.Remove(Percentage);
        if (metrics.Count > 0)
        {
            spec["metrics"] = metrics;
        }

        if (Take(annotations, BehaviorAnnotation) is JsonObject behavior)
        {
            spec["behavior"] = behavior;
        }

        return obj;
    }

    public override JsonObject FromStorage(JsonObject obj)
    {
        obj["apiVersion"] = Type.ApiVersion;
        if (obj.Object("spec") is not { } spec)
        {
            return obj;
        }

        var others = new JsonArray();
        foreach (var metric in spec.Objects("metrics"))
        {
            var target = metric.Object("resource").Object("target");
            if (metric.Object("resource").String("name") == "cpu" && target.Integer("averageUtilization") is { } percent && spec[Percentage] is null)
            {
                spec[Percentage] = percent;
            }
            else
            {
                others.Add(metric.DeepClone());
            }
        }

        spec.Remove("metrics");
        Keep(obj, MetricsAnnotation, others.Count > 0 ? others : null);
        Keep(obj, BehaviorAnnotation, spec["behavior"]);
        spec.Remove("behavior");
        return obj;
    }

    private static JsonNode? Take(JsonObject? annotations, string name)
    {
        if (annotations.String(name) is not { } text)
        {
            return null;
        }

        annotations!.Remove(name);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static void Keep(JsonObject obj, string name, JsonNode? value)
    {
        if (value is not null)
        {
            obj.GetOrAddObject("metadata").GetOrAddObject("annotations")[name] = value.ToJsonString();
        }
    }
}
