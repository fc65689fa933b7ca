using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class IngressClassResource : ResourceDefinition
{
    public IngressClassResource()
        : base(ResourceTypes.IngressClasses, "ingressclass", "k8s.io.api.networking.v1.IngressClass")
    {
        HasGeneration = true;
        Versions =
        [
            Storage,
            new RenamedVersion(
                new ResourceType("networking.k8s.io", "v1beta1", "IngressClass", "ingressclasses", false), Type,
                "k8s.io.api.networking.v1beta1.IngressClass",
                "networking.k8s.io/v1beta1 IngressClass is deprecated in v1.19+, unavailable in v1.22+; use networking.k8s.io/v1 IngressClass"),
        ];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Controller"), new("Parameters"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now) =>
        [obj.Name(), obj.Object("spec").String("controller") ?? "", Parameters(obj.Object("spec").Object("parameters")), Cell.Age(obj, now)];

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        var controller = obj.Object("spec").String("controller") ?? "";
        if (controller.Length == 0)
        {
            errors.Required("spec.controller");
        }
        else if (!controller.Contains('/', StringComparison.Ordinal) || ObjectNames.SubdomainError(controller[..controller.IndexOf('/', StringComparison.Ordinal)]) is not null)
        {
            errors.Invalid("spec.controller", controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        }

        if (old is not null)
        {
            FieldChecks.Unchanged(obj.Object("spec")?["controller"], old.Object("spec")?["controller"], "spec.controller", errors);
        }
    }

    private static string Parameters(JsonObject? parameters)
    {
        if (parameters is null)
        {
            return Cell.None;
        }

        var group = parameters.String("apiGroup") is { Length: > 0 } g ? $".{g}" : "";
        return $"{parameters.String("kind")}{group}/{parameters.String("name")}";
    }
}
