using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Streams;
using Inlet.Local.Node;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private Task ExecAsync(ApiRequest request)
    {
        var command = request.Context.Request.Query["command"].OfType<string>().ToList();
        if (command.Count == 0)
        {
            throw ApiErrors.BadRequest("you must specify at least 1 command");
        }

        return _streams.RunAsync(request, RunningContainer(request), command, Wanted(request));
    }

    private Task AttachAsync(ApiRequest request)
    {
        var container = RunningContainer(request, out var spec);
        // Clients that attach do not always know; the container's spec decided when it was started.
        return _streams.RunAsync(request, container, null, Wanted(request) with { Terminal = spec.Boolean("tty") == true && request.Query.Boolean("tty") == true });
    }

    private Task ForwardAsync(ApiRequest request)
    {
        var pod = RunningPod(request);
        return _streams.ForwardAsync(request, new PodPorts(agent, request.Namespace!, request.Name!, pod.Uid()));
    }

    private static WantedStreams Wanted(ApiRequest request)
    {
        var wanted = new WantedStreams(
            request.Query.Boolean("stdin") == true, request.Query.Boolean("stdout") == true,
            request.Query.Boolean("stderr") == true, request.Query.Boolean("tty") == true);
        return wanted is { Input: false, Output: false, Errors: false }
            ? throw ApiErrors.BadRequest("you must specify at least one of stdin, stdout, stderr")
            : wanted;
    }

    private PodContainer RunningContainer(ApiRequest request) => RunningContainer(request, out _);

    private PodContainer RunningContainer(ApiRequest request, out JsonObject? spec)
    {
        var pod = RunningPod(request);
        var name = Container(request, pod);
        spec = pod.Object("spec").Objects("containers").Concat(pod.Object("spec").Objects("initContainers")).FirstOrDefault(c => c.String("name") == name);
        return new(request.Namespace!, request.Name!, pod.Uid(), name);
    }

    private JsonObject RunningPod(ApiRequest request)
    {
        var pod = core.Get(request.Resource, request.Namespace, request.Name!).Object;
        return pod.Object("spec").String("nodeName") is null or ""
            ? throw ApiErrors.BadRequest($"pod {request.Name} does not have a host assigned")
            : pod;
    }
}
