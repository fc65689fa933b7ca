using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private async Task PatchAsync(ApiRequest request)
    {
        var (kind, body) = await RequestBody.ReadPatchAsync(request.Context.Request);
        if (kind == PatchKind.Apply)
        {
            await ApplyAsync(request, body);
            return;
        }

        if (request.Query.Text("force") is not null)
        {
            var errors = new FieldErrors();
            errors.Forbidden("force", "may not be specified for non-apply patch");
            errors.ThrowIfAny(new ResourceType("meta.k8s.io", "v1", "PatchOptions", "", false), "");
        }

        var context = request.WriteContext("PatchOptions", body.Duplicates);
        var patch = body.Root ?? throw ApiErrors.BadRequest("the body of the request must be a patch, not null");
        var stored = await core.PatchAsync(
            request.Resource, request.Namespace, request.Name!, request.Subresource, kind, patch, context, request.Aborted);
        Warn(request, context);
        await AnswerAsync(request, stored);
    }

    private async Task ApplyAsync(ApiRequest request, DecodedBody body)
    {
        var context = request.ApplyContext();
        var result = await core.ApplyAsync(
            request.Resource, request.Namespace, request.Name!, request.Subresource, body.Object, context, request.Aborted);
        Warn(request, context);
        await AnswerAsync(request, result.Object, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }
}
