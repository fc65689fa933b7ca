using Inlet.Local.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private async Task CreateAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Context.Request, core.Catalog);
        var context = request.WriteContext("CreateOptions", body.Duplicates);
        var stored = await core.CreateAsync(request.Resource, request.Namespace, body.Object, context, request.Aborted);
        Warn(request, context);
        await AnswerAsync(request, stored, StatusCodes.Status201Created);
    }
}
