using System.IO.Pipelines;
using System.Security.Cryptography;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private const int ShortestWatchSeconds = 30 * 60;
    private const int LongestWatchSeconds = 60 * 60;

    /// <summary>
    /// The answer starts at once and ends with the watch's timeout, its client or this server. Too old a resource version
    /// is an ERROR event of a 200 answer, as in Kubernetes; what is wrong with the request is refused before.
    /// </summary>
    private async Task WatchAsync(ApiRequest request)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping);
        var options = ReadWatchOptions(request);
        var frames = new WatchFrames(request, core.Time);
        var output = request.Context.Response.BodyWriter;
        IAsyncEnumerable<CoreWatchEvent> events;
        try
        {
            events = core.Watch(request.Resource, request.Namespace, options, ends.Token);
            await StartAsync(request);
        }
        catch (KubernetesApiException e) when (e.IsExpired)
        {
            await StartAsync(request);
            WatchFrames.WriteError(output, e);
            await output.FlushAsync(ends.Token);
            return;
        }

        try
        {
            await CopyAsync(events, frames, output, ends.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // A normal end: clients watch again, elsewhere or later.
        }
    }

    private static async Task StartAsync(ApiRequest request)
    {
        var response = request.Context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = request.Representation.ContentType();
        response.Headers.CacheControl = "no-cache, private";
        // Clients wait for the head before they look for events, and the first may be long in coming.
        await response.StartAsync(request.Aborted);
        await response.BodyWriter.FlushAsync(request.Aborted);
    }

    private static async Task CopyAsync(
        IAsyncEnumerable<CoreWatchEvent> events, WatchFrames frames, PipeWriter output, CancellationToken cancellationToken)
    {
        await using var enumerator = events.GetAsyncEnumerator(cancellationToken);
        try
        {
            while (true)
            {
                var next = enumerator.MoveNextAsync();
                // Whatever is ready goes out together; nothing waits for an event that is still to come.
                if (!next.IsCompleted || output.UnflushedBytes >= FlushFromBytes)
                {
                    await output.FlushAsync(cancellationToken);
                }

                if (!await next)
                {
                    break;
                }

                frames.Write(output, enumerator.Current);
            }
        }
        catch (KubernetesApiException e)
        {
            // The client fell so far behind that the history passed it.
            WatchFrames.WriteError(output, e);
        }

        await output.FlushAsync(cancellationToken);
    }

    private static WatchOptions ReadWatchOptions(ApiRequest request)
    {
        var match = request.Query.Text("resourceVersionMatch");
        var sendInitialEvents = request.Query.Boolean("sendInitialEvents");
        if (sendInitialEvents is not null && match != "NotOlderThan")
        {
            throw ApiErrors.BadRequest("resourceVersionMatch must be NotOlderThan when sendInitialEvents is set");
        }

        if (sendInitialEvents is null && !string.IsNullOrEmpty(match))
        {
            throw ApiErrors.BadRequest("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }

        return new()
        {
            LabelSelector = request.Query.Text("labelSelector"),
            FieldSelector = FieldSelector(request),
            ResourceVersion = request.Query.Text("resourceVersion"),
            AllowBookmarks = request.Query.Boolean("allowWatchBookmarks") == true,
            SendInitialEvents = sendInitialEvents,
            Timeout = request.Query.Integer("timeoutSeconds") is { } seconds and > 0
                ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue))
                : TimeSpan.FromSeconds(RandomNumberGenerator.GetInt32(ShortestWatchSeconds, LongestWatchSeconds)),
        };
    }

    // Watching one object's path is watching the collection for its name.
    private static string? FieldSelector(ApiRequest request) =>
        request.Name is null ? request.Query.Text("fieldSelector") : $"metadata.name={request.Name}";
}
