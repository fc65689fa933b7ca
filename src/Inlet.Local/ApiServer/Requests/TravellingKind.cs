using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Schema;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>An object that only travels: posted to ask for something, answered, never stored (Binding, Eviction, TokenRequest, the reviews).</summary>
/// <param name="ApiVersion"><c>v1</c>, or <c>group/v1</c>.</param>
internal sealed record TravellingKind(string ApiVersion, string Kind, string SchemaMessage)
{
    /// <summary>The body, checked against the kind's fields: their types hold afterwards.</summary>
    /// <exception cref="KubernetesApiException">400 for another kind, an ill-typed field or an unknown one under strict validation.</exception>
    public async Task<JsonObject> ReadAsync(HttpContext context, ApiCore core)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, core.Catalog);
        var obj = body.Object;
        var apiVersion = obj.String("apiVersion") ?? "";
        var kind = obj.String("kind") ?? "";
        if ((apiVersion.Length > 0 && apiVersion != ApiVersion) || (kind.Length > 0 && kind != Kind))
        {
            throw ApiErrors.BadRequest($"the body of the request must be a {ApiVersion} {Kind}, not a {apiVersion} {kind}");
        }

        var slash = ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var type = new ResourceType(slash < 0 ? "" : ApiVersion[..slash], ApiVersion[(slash + 1)..], Kind, "", false);
        var mode = FieldValidation.ParseMode(new QueryParameters(context.Request.Query).Text("fieldValidation"));
        WarningHeaders.Add(context.Response, FieldValidation.Decode(obj, type, SchemaMessage, body.Duplicates, mode));
        obj["apiVersion"] = ApiVersion;
        obj["kind"] = Kind;
        return obj;
    }
}
