using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Tables;

namespace Inlet.Local.ApiServer.Resources;

internal sealed class IngressResource : ResourceDefinition
{
    public IngressResource()
        : base(ResourceTypes.Ingresses, "ingress", "k8s.io.api.networking.v1.Ingress")
    {
        ShortNames = ["ing"];
        HasGeneration = true;
        Subresources = [StatusOf(Type)];
        Versions =
        [
            Storage,
            new IngressV1Beta1("networking.k8s.io", "v1.19"),
            new IngressV1Beta1("extensions", "v1.14"),
        ];
    }

    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName, new("Class"), new("Hosts"), new("Address"), new("Ports"), TableColumn.Age,
    ];

    public override IReadOnlyList<JsonNode?> Cells(JsonObject obj, DateTimeOffset now)
    {
        var spec = obj.Object("spec");
        var hosts = spec.Objects("rules").Select(r => r.String("host") ?? "").Where(h => h.Length > 0).ToList();
        return
        [
            obj.Name(), Cell.OrNone(spec.String("ingressClassName")), Cell.Some(hosts, "*"), Cell.LoadBalancer(obj),
            spec.Array("tls") is { Count: > 0 } ? "80, 443" : "80", Cell.Age(obj, now),
        ];
    }

    public override void PrepareForCreate(JsonObject obj)
    {
        base.PrepareForCreate(obj);
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
    }

    protected override void ValidateFields(JsonObject obj, JsonObject? old, FieldErrors errors)
    {
        const string ClassAnnotation = "kubernetes.io/ingress.class";
        IngressValidation.Validate(obj.Object("spec"), errors);
        if (old is null && obj.Annotations().String(ClassAnnotation) is { } annotation && obj.Object("spec").String("ingressClassName") is not null)
        {
            errors.Invalid($"annotations.{ClassAnnotation}", annotation, "can not be set when the class field is also set");
        }
    }
}
