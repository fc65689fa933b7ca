using Inlet.Local.ApiServer.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private async Task PatchAsync(ApiRequest request)
    {
        var (kind, body) = await RequestBody.ReadPatchAsync(request.Context.Request);
        var context = request.WriteContext("PatchOptions", body.Duplicates);
        var patch = body.Root ?? throw ApiErrors.BadRequest("the body of the request must be a patch, not null");
        var stored = await core.PatchAsync(
            request.Resource, request.Namespace, request.Name!, request.Subresource, kind, patch, context, request.Aborted);
        Warn(request, context);
        await AnswerAsync(request, stored);
    }
}
