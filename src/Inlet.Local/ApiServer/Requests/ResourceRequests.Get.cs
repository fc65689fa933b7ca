using Inlet.Local.ApiServer.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private Task GetAsync(ApiRequest request) => AnswerAsync(request, core.Get(request.Resource, request.Namespace, request.Name!));
}
