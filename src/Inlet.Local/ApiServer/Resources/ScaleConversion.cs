using System.Text.Json.Nodes;

using Inlet.Kubernetes;

namespace Inlet.Local.ApiServer.Resources;

/// <summary>The <c>scale</c> sub-resource of a Deployment or ReplicaSet: autoscaling/v1 <c>Scale</c> over the parent's fields.</summary>
public static class ScaleConversion
{
    public static ResourceType Type { get; } = new("autoscaling", "v1", "Scale", "scales", true);

    public const string SchemaMessage = "k8s.io.api.autoscaling.v1.Scale";

    public static JsonObject ToScale(JsonObject parent)
    {
        var metadata = new JsonObject();
        foreach (var key in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (parent.Metadata()?[key] is { } value)
            {
                metadata[key] = value.DeepClone();
            }
        }

        var status = new JsonObject { ["replicas"] = parent.Object("status").Integer("replicas") ?? 0 };
        if (LabelSelector.FromObject(parent.Object("spec").Object("selector")).ToString() is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = parent.Object("spec").Integer("replicas") ?? 0 },
            ["status"] = status,
        };
    }

    /// <summary>Changes the parent's replica count; a resourceVersion in the Scale becomes the parent's precondition.</summary>
    /// <exception cref="KubernetesApiException">422 for a negative count.</exception>
    public static void Apply(JsonObject scale, JsonObject parent)
    {
        var replicas = scale.Object("spec").Integer("replicas") ?? 0;
        var errors = new FieldErrors();
        if (replicas < 0)
        {
            errors.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        }

        errors.ThrowIfAny(Type, parent.Name());
        parent.GetOrAddObject("spec")["replicas"] = replicas;
        if (scale.ResourceVersion() is { Length: > 0 } version)
        {
            parent.GetOrAddObject("metadata")["resourceVersion"] = version;
        }
    }
}
