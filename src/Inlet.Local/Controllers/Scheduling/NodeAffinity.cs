using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Scheduling;

/// <summary>A pod's <c>nodeSelector</c> and its required node affinity. (Preferences choose between nodes: here is one.)</summary>
internal static class NodeAffinity
{
    public static bool Matches(JsonObject? podSpec, JsonObject node)
    {
        if (!LabelSelector.FromMap(podSpec.Object("nodeSelector")).Matches(node.Labels()))
        {
            return false;
        }

        var required = podSpec.Object("affinity").Object("nodeAffinity").Object("requiredDuringSchedulingIgnoredDuringExecution");
        return required is null || required.Objects("nodeSelectorTerms").Any(term => MatchesTerm(term, node));
    }

    // A term without requirements matches no node.
    private static bool MatchesTerm(JsonObject term, JsonObject node)
    {
        var expressions = term.Objects("matchExpressions").ToList();
        var fields = term.Objects("matchFields").ToList();
        var name = new JsonObject { ["metadata.name"] = node.Name() };
        return expressions.Count + fields.Count > 0
            && expressions.All(expression => Requirement(expression)?.Matches(node.Labels()) == true)
            && fields.All(field => Requirement(field)?.Matches(name) == true);
    }

    private static LabelRequirement? Requirement(JsonObject expression)
    {
        LabelOperator? op = expression.String("operator") switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "DoesNotExist" => LabelOperator.DoesNotExist,
            "Gt" => LabelOperator.GreaterThan,
            "Lt" => LabelOperator.LessThan,
            _ => null,
        };
        var values = expression.Array("values")?.Select(value => value?.ToString() ?? "").ToList() ?? [];
        var complete = op is not (LabelOperator.GreaterThan or LabelOperator.LessThan) || values.Count == 1;
        return op is { } known && complete ? new LabelRequirement(expression.String("key") ?? "", known, values) : null;
    }
}
