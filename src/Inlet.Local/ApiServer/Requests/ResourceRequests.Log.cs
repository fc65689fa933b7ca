using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private async Task LogAsync(ApiRequest request)
    {
        var pod = core.Get(request.Resource, request.Namespace, request.Name!).Object;
        var query = LogQuery(request, pod);
        var response = request.Context.Response;
        response.ContentType = "text/plain";
        response.Headers.CacheControl = "no-cache, private";
        if (pod.Object("spec").String("nodeName") is null or "")
        {
            // As Kubernetes: nobody could have written anything yet.
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        try
        {
            await agent.WriteAsync(query, response.Body, ends.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // A followed log ends with the server.
        }
    }

    private PodLogQuery LogQuery(ApiRequest request, JsonObject pod)
    {
        var query = request.Query;
        var errors = new FieldErrors();
        var tail = AtLeast(query, "tailLines", 0, errors);
        var limit = AtLeast(query, "limitBytes", 1, errors);
        var seconds = AtLeast(query, "sinceSeconds", 1, errors);
        var since = Since(query, errors);
        if (seconds is not null && since is not null)
        {
            errors.Forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified");
        }

        if (query.Text("stream") is { Length: > 0 } and not "All" and var stream)
        {
            errors.NotSupported("stream", stream, "All");
        }

        errors.ThrowIfAny(new ResourceType("", "v1", "PodLogOptions", "", true), request.Name!);
        return new(
            request.Namespace!, request.Name!, pod.Uid(), Container(request, pod),
            query.Boolean("follow") == true, query.Boolean("previous") == true, query.Boolean("timestamps") == true,
            tail is null ? null : (int)Math.Min(tail.Value, int.MaxValue),
            seconds is { } ago ? core.Time.GetUtcNow().AddSeconds(-Math.Min(ago, int.MaxValue)) : since, limit);
    }

    private static long? AtLeast(QueryParameters query, string name, long minimum, FieldErrors errors)
    {
        var value = query.Integer(name);
        if (value < minimum)
        {
            errors.Invalid(name, value, $"must be greater than or equal to {minimum}");
        }

        return value;
    }

    private static DateTimeOffset? Since(QueryParameters query, FieldErrors errors)
    {
        if (query.Text("sinceTime") is not { Length: > 0 } text)
        {
            return null;
        }

        if (!Timestamps.TryParse(text, out var time))
        {
            errors.Invalid("sinceTime", text, "must be a time as in RFC 3339: 2006-01-02T15:04:05Z");
        }

        return time;
    }

    private static string Container(ApiRequest request, JsonObject pod)
    {
        var containers = Names(pod, "containers");
        var init = Names(pod, "initContainers");
        var name = request.Query.Text("container");
        if (string.IsNullOrEmpty(name))
        {
            return containers is [var only] && init.Count == 0
                ? only
                : throw ApiErrors.BadRequest(
                    $"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', containers)}]"
                    + (init.Count > 0 ? $" or one of the init containers: [{string.Join(' ', init)}]" : ""));
        }

        return containers.Contains(name) || init.Contains(name) || Names(pod, "ephemeralContainers").Contains(name)
            ? name
            : throw ApiErrors.BadRequest($"container {name} is not valid for pod {request.Name}");
    }

    private static List<string> Names(JsonObject pod, string list) =>
        [.. pod.Object("spec").Objects(list).Select(c => c.String("name") ?? "")];
}
