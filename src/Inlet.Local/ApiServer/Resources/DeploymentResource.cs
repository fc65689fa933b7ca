using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class DeploymentResource : ResourceDefinition
{
    public DeploymentResource()
        : base(ResourceTypes.Deployments, "deployment", "k8s.io.api.apps.v1.Deployment")
    {
        ShortNames = ["deploy"];
        Categories = ["all"];
        HasGeneration = true;
        Subresources = [StatusOf(Type), Scale()];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Ready"), new("Up-to-date"), new("Available"), TableColumn.Age,
        TableColumn.Wide("Containers"), TableColumn.Wide("Images"), TableColumn.Wide("Selector"),
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var status = obj.Object("status");
        return
        [
            obj.Name(), $"{status.Integer("readyReplicas") ?? 0}/{obj.Object("spec").Integer("replicas") ?? 0}",
            status.Integer("updatedReplicas") ?? 0, status.Integer("availableReplicas") ?? 0, Cell.Age(obj, now), .. WorkloadSpec.WideCells(obj),
        ];
    }

    public override void Default(JsonObject obj)
    {
        var spec = obj.GetOrAddObject("spec");
        FieldChecks.Default(spec, "replicas", 1);
        FieldChecks.Default(spec, "revisionHistoryLimit", 10);
        FieldChecks.Default(spec, "progressDeadlineSeconds", 600);
        var strategy = spec.GetOrAddObject("strategy");
        FieldChecks.Default(strategy, "type", "RollingUpdate");
        if (strategy.String("type") == "RollingUpdate")
        {
            var rolling = strategy.GetOrAddObject("rollingUpdate");
            FieldChecks.Default(rolling, "maxUnavailable", "25%");
            FieldChecks.Default(rolling, "maxSurge", "25%");
        }

        WorkloadSpec.DefaultTemplate(spec);
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var spec = obj.Object("spec");
        WorkloadSpec.Validate(spec, old.Object("spec"), "deployment", errors);
        FieldChecks.NonNegative(spec, "revisionHistoryLimit", "spec", errors);
        FieldChecks.NonNegative(spec, "progressDeadlineSeconds", "spec", errors);
        if (spec.Integer("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Integer("minReadySeconds") ?? 0))
        {
            errors.Invalid("spec.progressDeadlineSeconds", JsonValue.Create(deadline), "must be greater than minReadySeconds");
        }

        Strategy(spec.Object("strategy"), errors);
    }

    private static void Strategy(JsonObject? strategy, FieldErrors errors)
    {
        FieldChecks.OneOf(strategy.String("type"), "spec.strategy.type", errors, "Recreate", "RollingUpdate");
        var rolling = strategy.Object("rollingUpdate");
        if (strategy.String("type") == "Recreate" && rolling is not null)
        {
            errors.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
            return;
        }

        var zeros = 0;
        foreach (var key in (ReadOnlySpan<string>)["maxUnavailable", "maxSurge"])
        {
            var text = rolling?[key]?.ToString();
            var number = text is null ? null : WorkloadSpec.CountOrPercent(text);
            if (text is not null && number is null)
            {
                errors.Invalid($"spec.strategy.rollingUpdate.{key}", rolling![key],
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
            }

            zeros += number == 0 ? 1 : 0;
        }

        if (zeros == 2)
        {
            errors.Invalid("spec.strategy.rollingUpdate.maxUnavailable", rolling!["maxUnavailable"], "may not be 0 when `maxSurge` is 0");
        }
    }
}
