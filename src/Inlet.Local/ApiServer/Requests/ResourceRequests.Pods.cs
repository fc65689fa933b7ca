using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>The sub-resources only pods have, besides the log.</summary>
internal sealed partial class ResourceRequests
{
    private static readonly TravellingKind Binding = new("v1", "Binding", "k8s.io.api.core.v1.Binding");
    private static readonly TravellingKind Eviction = new("policy/v1", "Eviction", "k8s.io.api.policy.v1.Eviction");

    private async Task BindAsync(ApiRequest request)
    {
        var binding = await Binding.ReadAsync(request.Context, core);
        await core.BindAsync(
            request.Resource, request.Namespace!, request.Name!, binding, request.WriteContext("CreateOptions", []), request.Aborted);
        await AnswerSuccessAsync(request);
    }

    private async Task EvictAsync(ApiRequest request)
    {
        var eviction = await Eviction.ReadAsync(request.Context, core);
        if (eviction.Name() is { Length: > 0 } name && name != request.Name)
        {
            throw ApiErrors.BadRequest("name in URL does not match name in Eviction object");
        }

        await core.EvictAsync(
            request.Resource, request.Namespace!, request.Name!, eviction, request.WriteContext("CreateOptions", []), request.Aborted);
        await AnswerSuccessAsync(request);
    }

    private static Task AnswerSuccessAsync(ApiRequest request) => AnswerWriter.WriteAsync(
        request.Context,
        new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["code"] = StatusCodes.Status201Created,
        },
        StatusCodes.Status201Created);
}
