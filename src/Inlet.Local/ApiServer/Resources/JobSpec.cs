using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>The spec of a Job, in Jobs and in the templates of CronJobs.</summary>
internal static class JobSpec
{
    public static void Default(JsonObject spec)
    {
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        FieldChecks.Default(spec, "parallelism", 1);
        FieldChecks.Default(spec, "backoffLimit", 6);
        FieldChecks.Default(spec, "completionMode", "NonIndexed");
        FieldChecks.Default(spec, "suspend", false);
        FieldChecks.Default(spec, "podReplacementPolicy", "TerminatingOrFailed");
        WorkloadSpec.DefaultTemplate(spec);
    }

    public static void Validate(JsonObject? spec, string path, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"])
        {
            FieldChecks.NonNegative(spec, field, path, errors);
        }

        FieldChecks.OneOf(spec.String("completionMode"), $"{path}.completionMode", errors, "Indexed", "NonIndexed");
        FieldChecks.OneOf(spec.String("podReplacementPolicy"), $"{path}.podReplacementPolicy", errors, "Failed", "TerminatingOrFailed");
        if (spec.String("completionMode") == "Indexed" && spec?["completions"] is null)
        {
            errors.Required($"{path}.completions", "when completion mode is Indexed");
        }

        WorkloadSpec.Refuse(spec, path, errors, "podFailurePolicy", "successPolicy", "backoffLimitPerIndex", "maxFailedIndexes", "managedBy");
        WorkloadSpec.Template(spec.Object("template"), $"{path}.template", errors, "OnFailure", "Never");
    }

    /// <summary>The selector of a Job that chose its own.</summary>
    public static void ManualSelector(JsonObject? spec, FieldErrors errors)
    {
        var selector = spec.Object("selector");
        if (selector is null)
        {
            errors.Required("spec.selector");
            return;
        }

        FieldChecks.Selector(selector, "spec.selector", errors);
        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (errors.IsEmpty && !LabelSelector.FromObject(selector).Matches(labels))
        {
            errors.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
        }
    }
}
