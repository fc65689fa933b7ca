using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Inlet.Kubernetes.Tests;

public sealed class HttpKubernetesApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verbs_reach_the_server_and_bring_back_objects()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();

        var created = await api.CreateAsync(ResourceTypes.ConfigMaps, "ns", Named("a"), WriteQuery.Default, Cancellation);
        Assert.NotEmpty(created.Uid());
        Assert.Equal("POST /api/v1/namespaces/ns/configmaps?fieldManager=inlet", await server.Requests.Reader.ReadAsync(Cancellation));

        created["data"] = new JsonObject { ["k"] = "v" };
        await api.ReplaceAsync(ResourceTypes.ConfigMaps, "ns", "a", created, new WriteQuery(DryRun: true), Cancellation);
        Assert.Equal("PUT /api/v1/namespaces/ns/configmaps/a?fieldManager=inlet&dryRun=All", await server.Requests.Reader.ReadAsync(Cancellation));

        await api.PatchAsync(ResourceTypes.ConfigMaps, "ns", "a", PatchKind.Merge, new JsonObject { ["data"] = new JsonObject { ["l"] = "w" } }, WriteQuery.Status, Cancellation);
        Assert.Equal("PATCH /api/v1/namespaces/ns/configmaps/a/status?fieldManager=inlet", await server.Requests.Reader.ReadAsync(Cancellation));
        Assert.Equal("""{"k":"v","l":"w"}""", (await api.GetAsync(ResourceTypes.ConfigMaps, "ns", "a", Cancellation)).Object("data")!.ToJsonString());

        await api.DeleteAsync(ResourceTypes.ConfigMaps, "ns", "a", new DeleteQuery("Foreground", 0, created.Uid()), Cancellation);
        Assert.Null(server.Find(ResourceTypes.ConfigMaps, "ns", "a"));
    }

    [Fact]
    public async Task List_follows_its_pages_and_completes_its_items()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            server.Put(ResourceTypes.Ingresses, Named(name));
        }

        server.PageSize = 2;
        var list = await api.ListAsync(ResourceTypes.Ingresses, null, new ListQuery("app=x", "metadata.name!=y"), Cancellation);

        Assert.Equal(["a", "b", "c", "d", "e"], list.Items.Select(item => item.Name()));
        Assert.All(list.Items, item => Assert.Equal(("networking.k8s.io/v1", "Ingress"), (item.String("apiVersion"), item.String("kind"))));
        Assert.Equal("6", list.ResourceVersion);
        Assert.Equal(
            "GET /apis/networking.k8s.io/v1/ingresses?labelSelector=app%3Dx&fieldSelector=metadata.name%21%3Dy&limit=500", await server.Requests.Reader.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Watch_brings_events_in_order_and_ends_normally_when_the_server_ends_it()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        server.Put(ResourceTypes.Services, Named("a"));
        server.Put(ResourceTypes.Services, Named("a"));
        server.Put(ResourceTypes.ConfigMaps, Named("other"));
        server.Delete(ResourceTypes.Services, "ns", "a");

        var seen = new List<string>();
        await foreach (var change in api.WatchAsync(ResourceTypes.Services, "ns", ListQuery.All, "1", Cancellation))
        {
            seen.Add($"{change.Type} {change.Object.Name()} {change.Object.ResourceVersion()}");
            if (seen.Count == 3)
            {
                server.EndWatches();
            }
        }

        Assert.Equal(["Added a 2", "Modified a 3", "Deleted a 5"], seen);
        Assert.Matches("^GET /api/v1/namespaces/ns/services\\?watch=1&resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=[345]..$", await server.Requests.Reader.ReadAsync(Cancellation));
    }

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""", 410)]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":500,"reason":"InternalError","message":"oops"}}""", 500)]
    public async Task Watch_error_event_is_thrown_as_the_status_it_carries(string line, int code)
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        server.Interceptors.Enqueue(async context =>
        {
            await context.Response.WriteAsync("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}""" + "\n" + line + "\n");
            return true;
        });

        var seen = new List<WatchEvent>();
        var exception = await Assert.ThrowsAsync<KubernetesApiException>(async () =>
        {
            await foreach (var change in api.WatchAsync(ResourceTypes.Services, "ns", ListQuery.All, "1", Cancellation))
            {
                seen.Add(change);
            }
        });

        Assert.Equal(code, exception.Code);
        Assert.Equal((WatchEventType.Bookmark, "9"), (seen.Single().Type, seen[0].Object.ResourceVersion()));
    }

    [Fact]
    public async Task Refusal_carries_the_status()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        server.Interceptors.Enqueue(context => TestApiServer.AnswerAsync(context, 409, "Conflict", "the object has been modified"));

        var exception = await Assert.ThrowsAsync<KubernetesApiException>(() => api.GetAsync(ResourceTypes.Services, "ns", "a", Cancellation));

        Assert.True(exception.IsConflict);
        Assert.Equal("the object has been modified", exception.Message);
        Assert.Equal("tests", exception.Details.String("kind"));
    }

    [Fact]
    public async Task Refusal_that_is_no_status_says_what_was_asked_and_answered()
    {
        await using var server = await TestApiServer.StartAsync();
        using var api = server.Client();
        server.Interceptors.Enqueue(async context =>
        {
            context.Response.StatusCode = 502;
            await context.Response.WriteAsync("<html>bad gateway</html>");
            return true;
        });

        var exception = await Assert.ThrowsAsync<KubernetesApiException>(() => api.GetAsync(ResourceTypes.Services, "ns", "a", Cancellation));

        Assert.Equal(502, exception.Code);
        Assert.Contains("GET /api/v1/namespaces/ns/services/a was answered 502 <html>bad gateway</html>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_sent_with_each_request()
    {
        await using var server = await TestApiServer.StartAsync();
        var token = "first";
        using var api = new HttpKubernetesApi(new ClusterConnection { Server = server.Address, Authorization = _ => ValueTask.FromResult<string?>("Bearer " + token) });
        var seen = new List<string?>();
        for (var request = 0; request < 2; request++)
        {
            server.Interceptors.Enqueue(context =>
            {
                seen.Add(context.Request.Headers.Authorization);
                return Task.FromResult(false);
            });
            await api.ListAsync(ResourceTypes.Services, null, ListQuery.All, Cancellation);
            token = "second";
        }

        Assert.Equal(["Bearer first", "Bearer second"], seen);
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "ns" } };
}
