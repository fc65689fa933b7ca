using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Credentials;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private const long DefaultTokenSeconds = 60 * 60;
    private const long ShortestTokenSeconds = 10 * 60;
    private const long LongestTokenSeconds = 1L << 32;

    private static readonly TravellingKind TokenRequest =
        new("authentication.k8s.io/v1", "TokenRequest", "k8s.io.api.authentication.v1.TokenRequest");

    /// <summary><c>kubectl create token</c>.</summary>
    private async Task CreateTokenAsync(ApiRequest request)
    {
        var answer = await TokenRequest.ReadAsync(request.Context, core);
        var account = core.Get(request.Resource, request.Namespace, request.Name!).Object;
        var spec = answer.GetOrAddObject("spec");
        var seconds = spec.Integer("expirationSeconds") ?? DefaultTokenSeconds;
        RequireSupported(spec, seconds, request.Name!);

        var audiences = spec.Array("audiences")?.Select(a => a!.GetValue<string>()).ToList() ?? [];
        var (token, expires) = credentials.IssueToken(
            new ServiceAccountIdentity(request.Namespace!, request.Name!, account.Uid()), TimeSpan.FromSeconds(seconds), audiences);
        spec["expirationSeconds"] = seconds;
        if (audiences.Count == 0)
        {
            spec["audiences"] = new JsonArray(ServiceAccountTokens.Issuer);
        }

        answer["metadata"] = new JsonObject
        {
            ["name"] = request.Name,
            ["namespace"] = request.Namespace,
            ["creationTimestamp"] = Timestamps.Format(core.Time.GetUtcNow()),
        };
        answer["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Timestamps.Format(expires) };
        await AnswerWriter.WriteAsync(request.Context, answer, StatusCodes.Status201Created);
    }

    private static void RequireSupported(JsonObject spec, long seconds, string name)
    {
        var errors = new FieldErrors();
        if (seconds < ShortestTokenSeconds)
        {
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        }

        if (seconds > LongestTokenSeconds)
        {
            errors.Invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds");
        }

        if (spec.Object("boundObjectRef") is not null)
        {
            errors.Forbidden("spec.boundObjectRef", "tokens bound to another object than their ServiceAccount are not supported by this server");
        }

        errors.ThrowIfAny(new ResourceType("authentication.k8s.io", "v1", "TokenRequest", "", true), name);
    }
}
