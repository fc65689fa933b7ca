using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Controllers.Ownership;

/// <summary><c>metadata.ownerReferences</c>: who an object belongs to, and which of them is its controller.</summary>
internal static class OwnerReferences
{
    public static IEnumerable<JsonObject> Of(JsonObject obj) => obj.Metadata().Objects("ownerReferences");

    /// <summary>The one reference with <c>controller: true</c>, or null.</summary>
    public static JsonObject? Controller(JsonObject? obj) =>
        obj is null ? null : Of(obj).FirstOrDefault(reference => reference.Boolean("controller") == true);

    /// <summary>Empty when nobody controls the object.</summary>
    public static string ControllerUid(JsonObject obj) => Controller(obj).String("uid") ?? "";

    /// <summary>The key of the object's controller when it is of this kind.</summary>
    public static ObjectKey? ControllerKey(JsonObject? obj, ResourceType ownerType) =>
        Controller(obj) is { } reference && reference.String("kind") == ownerType.Kind && GroupOf(reference.String("apiVersion")) == ownerType.Group
            ? new ObjectKey(obj!.Namespace(), reference.String("name") ?? "")
            : null;

    /// <summary>The reference a controller puts into what it makes.</summary>
    public static JsonObject ToController(ResourceType ownerType, JsonObject owner) => new()
    {
        ["apiVersion"] = ownerType.ApiVersion,
        ["kind"] = ownerType.Kind,
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>Empty for the core group.</summary>
    public static string GroupOf(string? apiVersion) =>
        apiVersion is not null && apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? apiVersion[..slash] : "";
}
