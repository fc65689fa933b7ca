using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Ownership;

/// <summary><c>metadata.finalizers</c>: what keeps an object that is being deleted.</summary>
internal static class Finalizers
{
    public static IEnumerable<string> Of(JsonObject obj) => obj.Metadata().Array("finalizers")?.Select(finalizer => finalizer?.ToString() ?? "") ?? [];

    /// <summary>
    /// A merge patch that takes one finalizer away. The list is replaced as a whole, so the patch holds only for the very
    /// state it was made from.
    /// </summary>
    public static JsonObject PatchWithout(JsonObject obj, string finalizer)
    {
        var left = Of(obj).Where(other => other != finalizer).Select(other => JsonValue.Create(other)).ToArray<JsonNode?>();
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = obj.Uid(),
                ["resourceVersion"] = obj.ResourceVersion(),
                ["finalizers"] = left.Length > 0 ? new JsonArray(left) : null,
            },
        };
    }
}
