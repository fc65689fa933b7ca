using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Store;

namespace Inlet.Local.ApiServer;

/// <summary>Refusals in Kubernetes' own words (apimachinery's api/errors); tools and people match on them.</summary>
internal static class ApiErrors
{
    public static KubernetesApiException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type} \"{name}\" not found", Details(type, name));

    public static KubernetesApiException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type} \"{name}\" already exists", Details(type, name));

    public static KubernetesApiException Conflict(
        ResourceType type, string name, string why = "the object has been modified; please apply your changes to the latest version and try again") =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type} \"{name}\": {why}", Details(type, name));

    public static KubernetesApiException Forbidden(ResourceType type, string name, string why) =>
        new(403, "Forbidden", name.Length == 0 ? $"{type} is forbidden: {why}" : $"{type} \"{name}\" is forbidden: {why}", Details(type, name.Length == 0 ? null : name));

    public static KubernetesApiException Forbidden(string message) => new(403, "Forbidden", message, new JsonObject());

    public static KubernetesApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static KubernetesApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static KubernetesApiException MethodNotAllowed(ResourceType type, string verb) =>
        new(405, "MethodNotAllowed", $"{verb} is not supported on resources of kind \"{type}\"", Details(type, null));

    /// <summary>The path exists, and not with this HTTP method.</summary>
    public static KubernetesApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new JsonObject());

    /// <summary>The path names nothing this server has.</summary>
    public static KubernetesApiException NoSuchResource() => new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    public static KubernetesApiException Expired(RevisionCompactedException e) => new(410, "Expired", e.Message);

    /// <summary>
    /// A watch from a version not reached yet: the client knows it from a cluster that was reset since. Waiting for it would
    /// lose every event until then; 410 makes clients list again.
    /// </summary>
    public static KubernetesApiException FromTheFuture(long wanted, long current) => new(
        410, "Expired", $"resource version {wanted} was never reached here (current: {current}): list again");

    public static KubernetesApiException ContinueExpired() => new(
        410, "Expired", "The provided continue parameter is too old to display a consistent list result. "
        + "You must start a new list without the continue parameter.");

    public static KubernetesApiException TooLargeResourceVersion(long wanted, long current) => new(
        504, "Timeout", $"Too large resource version: {wanted}, current: {current}",
        new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
            ["retryAfterSeconds"] = 1,
        });

    public static KubernetesApiException UnsupportedMediaType(string message) => new(415, "UnsupportedMediaType", message);

    public static KubernetesApiException TooLarge(long limitBytes) =>
        new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limitBytes}");

    /// <summary>The <c>Status</c> object a refusal is sent as.</summary>
    public static JsonObject ToStatus(KubernetesApiException e)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = e.Message,
            ["reason"] = e.Reason,
        };
        if (e.Details is not null)
        {
            status["details"] = e.Details.DeepClone();
        }

        status["code"] = e.Code;
        return status;
    }

    public static JsonObject Success(ResourceType type, string name, string uid)
    {
        var details = Details(type, name);
        if (uid.Length > 0)
        {
            details["uid"] = uid;
        }

        return new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }

    private static JsonObject Details(ResourceType type, string? name)
    {
        var details = new JsonObject();
        if (name is not null)
        {
            details["name"] = name;
        }

        if (type.Group.Length > 0)
        {
            details["group"] = type.Group;
        }

        // The plural: clients know details.kind as the resource a request named.
        details["kind"] = type.Plural;
        return details;
    }
}
