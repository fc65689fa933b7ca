using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

/// <summary>What the tests read from objects; of an absent object, nothing.</summary>
internal static class ObjectFacts
{
    public static long Status(JsonObject? obj, string counter) => obj.Object("status").Integer(counter) ?? 0;

    public static JsonObject? Condition(JsonObject? obj, string type) =>
        obj.Object("status").Objects("conditions").FirstOrDefault(condition => condition.String("type") == type);

    public static string? Reason(JsonObject? obj, string type) => Condition(obj, type).String("reason");

    public static bool IsReady(JsonObject pod) => Condition(pod, "Ready").String("status") == "True";

    public static string? Image(JsonObject pod) => pod.Object("spec").Objects("containers").First().String("image");

    public static JsonObject? Controller(JsonObject? obj) =>
        obj?.Metadata().Objects("ownerReferences").FirstOrDefault(owner => owner.Boolean("controller") == true);

    /// <summary>The object's controller has acted on its present spec.</summary>
    public static bool IsObserved(JsonObject? obj) =>
        obj is not null && obj.Object("status").Integer("observedGeneration") == obj.Metadata().Integer("generation");
}
