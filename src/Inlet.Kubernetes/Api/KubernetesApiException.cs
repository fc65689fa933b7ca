using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// An answer outside 2xx, carrying the parts of the API's <c>Status</c> object (Kubernetes API conventions, "Response
/// Status Kind"). The API server throws the same type to refuse a request, so in-process callers see what HTTP callers see.
/// </summary>
/// <param name="code">HTTP status code.</param>
/// <param name="reason">Machine-readable CamelCase reason: <c>NotFound</c>, <c>Conflict</c>, <c>Invalid</c>, …</param>
/// <param name="details">The Status' <c>details</c> (name, group, kind, causes), or null.</param>
public sealed class KubernetesApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public JsonObject? Details { get; } = details;

    public bool IsNotFound => Code == 404;

    /// <summary>Another writer was first: read again and retry.</summary>
    public bool IsConflict => Code == 409 && Reason == "Conflict";

    public bool IsAlreadyExists => Code == 409 && Reason == "AlreadyExists";

    /// <summary>The watch or continue token is older than what the server keeps: list again.</summary>
    public bool IsExpired => Code == 410;
}
