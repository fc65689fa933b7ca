using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Schema;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Audit;

/// <summary>One request on its way into the audit log: <c>audit.k8s.io/v1</c> at level Metadata, without bodies, which may hold secrets.</summary>
internal sealed class AuditEntry(HttpContext context, DateTimeOffset received)
{
    /// <summary>Null until the request's credentials were looked at.</summary>
    public UserIdentity? User { get; set; }

    /// <summary>Null for a path that is no resource's.</summary>
    public ApiPath? Path { get; set; }

    public JsonObject ToJson(DateTimeOffset now)
    {
        var request = context.Request;
        var entry = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "audit.k8s.io/v1",
            ["level"] = "Metadata",
            ["auditID"] = Guid.NewGuid().ToString(),
            ["stage"] = "ResponseComplete",
            ["requestURI"] = $"{request.Path}{request.QueryString}",
            ["verb"] = Path is null ? request.Method.ToLowerInvariant() : AccessAttributes.VerbOf(request, Path),
            ["user"] = Person(),
            ["sourceIPs"] = new JsonArray(context.Connection.RemoteIpAddress?.ToString()),
            ["userAgent"] = request.Headers.UserAgent.ToString(),
            ["responseStatus"] = new JsonObject { ["metadata"] = new JsonObject(), ["code"] = context.Response.StatusCode },
            ["requestReceivedTimestamp"] = Timestamps.FormatMicro(received),
            ["stageTimestamp"] = Timestamps.FormatMicro(now),
        };
        if (Path is not null)
        {
            entry["objectRef"] = Reference(Path);
        }

        return entry;
    }

    private JsonObject Person() => User is null
        ? []
        : new() { ["username"] = User.Name, ["groups"] = new JsonArray([.. User.Groups.Select(g => (JsonNode)g)]) };

    private static JsonObject Reference(ApiPath path)
    {
        var reference = new JsonObject();
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
            [("resource", path.Resource), ("namespace", path.Namespace), ("name", path.Name), ("apiGroup", path.Group), ("apiVersion", path.Version), ("subresource", path.Subresource)])
        {
            if (!string.IsNullOrEmpty(value))
            {
                reference[name] = value;
            }
        }

        return reference;
    }
}
