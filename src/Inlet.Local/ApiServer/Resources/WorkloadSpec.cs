using System.Globalization;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>What the kinds that keep pods share: replicas, a selector, a pod template.</summary>
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

        Template(spec.Object("template"), "spec.template", errors, "Always");
    }

    /// <param name="restartPolicies">What the kind lets pods do when they end.</param>
    public static void Template(JsonObject? template, string path, FieldErrors errors, params ReadOnlySpan<string> restartPolicies)
    {
        MetadataValidation.ValidateLabels(template.Object("metadata").Object("labels"), $"{path}.labels", errors);
        PodSpecValidation.Validate(template.Object("spec"), $"{path}.spec", errors);
        var restartPolicy = template.Object("spec").String("restartPolicy");
        if (restartPolicy is "Always" or "OnFailure" or "Never" && !restartPolicies.Contains(restartPolicy))
        {
            errors.NotSupported($"{path}.spec.restartPolicy", restartPolicy, restartPolicies);
        }
    }

    /// <summary>Refuses, by name, fields Kubernetes has and this server does not act on: accepting them would be a lie.</summary>
    public static void Refuse(JsonObject? spec, string path, FieldErrors errors, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (spec?[field] is { } value && value is not JsonArray { Count: 0 })
            {
                errors.Forbidden($"{path}.{field}", "is not supported by this server");
            }
        }
    }

    /// <summary>CONTAINERS and IMAGES, for <c>-o wide</c>, and SELECTOR where the kind has one.</summary>
    public static JsonNode?[] WideCells(JsonObject obj)
    {
        var (names, images) = Cell.Containers(obj.Object("spec").Object("template").Object("spec"));
        return [names, images, Cell.Selector(obj.Object("spec").Object("selector"))];
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
