using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>What Deployments and ReplicaSets share: replicas, a selector, a pod template.</summary>
internal static class WorkloadSpec
{
    public static void DefaultTemplate(JsonObject spec)
    {
        if (spec["template"] is JsonObject template)
        {
            PodSpecDefaults.Apply(template.GetOrAddObject("spec"));
        }
    }

    public static void Validate(JsonObject? spec, JsonObject? oldSpec, string kind, FieldErrors errors)
    {
        FieldChecks.NonNegative(spec, "replicas", "spec", errors);
        FieldChecks.NonNegative(spec, "minReadySeconds", "spec", errors);
        Selector(spec, kind, errors);
        if (oldSpec is not null)
        {
            FieldChecks.Unchanged(spec?["selector"], oldSpec["selector"], "spec.selector", errors);
        }

        var template = spec.Object("template");
        MetadataValidation.ValidateLabels(template.Object("metadata").Object("labels"), "spec.template.labels", errors);
        PodSpecValidation.Validate(template.Object("spec"), "spec.template.spec", errors);
        if (template.Object("spec").String("restartPolicy") is "OnFailure" or "Never")
        {
            errors.NotSupported("spec.template.spec.restartPolicy", template.Object("spec").String("restartPolicy"), "Always");
        }
    }

    /// <summary>A count, or the number of a percentage; null for anything else.</summary>
    public static int? CountOrPercent(string text) =>
        int.TryParse(text.EndsWith('%') ? text.AsSpan(..^1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static void Selector(JsonObject? spec, string kind, FieldErrors errors)
    {
        var selector = spec.Object("selector");
        if (selector is null)
        {
            errors.Required("spec.selector");
            return;
        }

        var before = errors.All.Count;
        FieldChecks.Selector(selector, "spec.selector", errors);
        if (selector.Object("matchLabels") is null or { Count: 0 } && selector.Array("matchExpressions") is null or { Count: 0 })
        {
            errors.Invalid("spec.selector", selector, $"empty selector is invalid for {kind}");
            return;
        }

        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (errors.All.Count == before && !LabelSelector.FromObject(selector).Matches(labels))
        {
            errors.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
        }
    }
}
