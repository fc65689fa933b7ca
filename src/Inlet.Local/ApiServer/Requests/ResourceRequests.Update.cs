using Inlet.Local.ApiServer.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private async Task UpdateAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, core.Catalog);
        var context = request.WriteContext("UpdateOptions", body.Duplicates);
        var stored = await core.UpdateAsync(
            request.Resource, request.Namespace, request.Name!, request.Subresource, body.Object, context, request.Aborted);
        Warn(request, context);
        await AnswerAsync(request, stored);
    }
}
