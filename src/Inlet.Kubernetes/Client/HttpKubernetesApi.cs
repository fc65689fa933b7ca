using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>The Kubernetes REST API over HTTP. Besides <see cref="KubernetesApiException"/>, calls throw what the network throws.</summary>
public sealed class HttpKubernetesApi(ClusterConnection connection) : IKubernetesApi, IDisposable
{
    private const int PageSize = 500;

    // The server ends a watch after this long (a normal end); spread out so that watches do not all renew together.
    private const int ShortestWatchSeconds = 300;
    private const int LongestWatchSeconds = 600;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpMessageInvoker _invoker = connection.CreateInvoker();

    public Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Get, type.Path(ns, name), null, cancellationToken);

    public async Task<ResourceList> ListAsync(ResourceType type, string? ns, ListQuery query, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        string? more = null;
        while (true)
        {
            var path = type.Path(ns) + Query([.. Selectors(query), ("limit", $"{PageSize}"), ("continue", more)]);
            var page = await CallAsync(HttpMethod.Get, path, null, cancellationToken);
            foreach (var item in page.Array("items")?.ToList() ?? [])
            {
                if (item is JsonObject obj)
                {
                    // Items of a list come without these two.
                    obj.Parent?.AsArray().Remove(obj);
                    obj["apiVersion"] = type.ApiVersion;
                    obj["kind"] = type.Kind;
                    items.Add(obj);
                }
            }

            more = page.Metadata().String("continue");
            if (string.IsNullOrEmpty(more))
            {
                return new ResourceList(items, page.ResourceVersion());
            }
        }
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListQuery query, string resourceVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seconds = Random.Shared.Next(ShortestWatchSeconds, LongestWatchSeconds);
        var path = type.Path(ns) + Query(
            [.. Selectors(query), ("watch", "1"), ("resourceVersion", resourceVersion), ("allowWatchBookmarks", "true"), ("timeoutSeconds", $"{seconds}")]);
        using var response = await SendAsync(HttpMethod.Get, path, null, CallTimeout, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var line in JsonLines.ReadAsync(body, cancellationToken))
        {
            yield return Event(line);
        }
    }

    public Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) =>
        CallAsync(
            HttpMethod.Post,
            type.Path(ns, query.Subresource is null ? null : obj.Name(), query.Subresource) + Query(Write(query)),
            Content(obj, Json), cancellationToken);

    public Task<JsonObject> ReplaceAsync(
        ResourceType type, string? ns, string name, JsonObject obj, WriteQuery query, CancellationToken cancellationToken) =>
        CallAsync(HttpMethod.Put, type.Path(ns, name, query.Subresource) + Query(Write(query)), Content(obj, Json), cancellationToken);

    public Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, PatchKind kind, JsonNode patch, WriteQuery query, CancellationToken cancellationToken)
    {
        var mediaType = kind switch
        {
            PatchKind.Json => "application/json-patch+json",
            PatchKind.Merge => "application/merge-patch+json",
            PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
            _ => "application/apply-patch+yaml",
        };
        var path = type.Path(ns, name, query.Subresource) + Query(Write(query));
        return CallAsync(HttpMethod.Patch, path, Content(patch, new MediaTypeHeaderValue(mediaType)), cancellationToken);
    }

    public Task DeleteAsync(ResourceType type, string? ns, string name, DeleteQuery query, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (query.PropagationPolicy is { } policy)
        {
            options["propagationPolicy"] = policy;
        }

        if (query.GracePeriodSeconds is { } seconds)
        {
            options["gracePeriodSeconds"] = seconds;
        }

        if (query.Uid is { } uid)
        {
            options["preconditions"] = new JsonObject { ["uid"] = uid };
        }

        return CallAsync(HttpMethod.Delete, type.Path(ns, name), Content(options, Json), cancellationToken);
    }

    public void Dispose() => _invoker.Dispose();

    private async Task<JsonObject> CallAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(CallTimeout);
        try
        {
            using var response = await SendAsync(method, path, content, Timeout.InfiniteTimeSpan, limited.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limited.Token);
            return await JsonNode.ParseAsync(body, cancellationToken: limited.Token) as JsonObject
                ?? throw new HttpRequestException($"{connection.Server}: {method} {path} was not answered with a JSON object");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"{connection.Server}: no answer to {method} {path} within {CallTimeout.TotalSeconds:0} s");
        }
    }

    /// <param name="headTimeout">For the response's head; a watch's body may then take for ever.</param>
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, TimeSpan headTimeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(connection.Server, connection.Server.AbsolutePath.TrimEnd('/') + path))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        // The handler takes the name to expect in the certificate from here; API servers do not look at it.
        request.Headers.Host = connection.TlsServerName;
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "inlet");
        if (connection.Authorization is { } authorization && await authorization(cancellationToken) is { } header)
        {
            request.Headers.TryAddWithoutValidation("Authorization", header);
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(headTimeout);
        var response = await _invoker.SendAsync(request, limited.Token);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, method, path, cancellationToken);
        }
    }

    private static async Task<KubernetesApiException> RefusalAsync(
        HttpResponseMessage response, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        JsonObject? status = null;
        try
        {
            status = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // A proxy in front of the server answered; its text is the best there is.
        }

        return Refusal(status, (int)response.StatusCode, $"{method} {path} was answered {(int)response.StatusCode} {text.Trim()}");
    }

    private static KubernetesApiException Refusal(JsonObject? status, int code, string otherwise) => new(
        (int)(status.Integer("code") ?? code),
        status.String("reason") ?? "",
        status.String("message") ?? otherwise,
        status.Object("details")?.DeepClone() as JsonObject);

    private static WatchEvent Event(JsonObject line)
    {
        if (line["object"] is not JsonObject obj)
        {
            throw new HttpRequestException("a watch event has no object");
        }

        line.Remove("object");
        return line.String("type") switch
        {
            "ADDED" => new WatchEvent(WatchEventType.Added, obj),
            "MODIFIED" => new WatchEvent(WatchEventType.Modified, obj),
            "DELETED" => new WatchEvent(WatchEventType.Deleted, obj),
            "BOOKMARK" => new WatchEvent(WatchEventType.Bookmark, obj),
            "ERROR" => throw Refusal(obj, 500, "the watch ended with an error"),
            var other => throw new HttpRequestException($"a watch event has the unknown type \"{other}\""),
        };
    }

    private static ByteArrayContent Content(JsonNode node, MediaTypeHeaderValue mediaType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(node.ToJsonString()));
        content.Headers.ContentType = mediaType;
        return content;
    }

    private static (string, string?)[] Selectors(ListQuery query) => [("labelSelector", query.LabelSelector), ("fieldSelector", query.FieldSelector)];

    private static (string, string?)[] Write(WriteQuery query) => [("fieldManager", query.FieldManager), ("dryRun", query.DryRun ? "All" : null)];

    private static string Query(ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return text.ToString();
    }
}
