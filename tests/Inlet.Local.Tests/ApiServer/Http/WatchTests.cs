using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer;
using Inlet.Local.Store;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class WatchTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    [Fact]
    public async Task Watch_from_a_version_sees_every_later_write_in_order()
    {
        var ns = await fixture.NamespaceAsync("order");
        var from = (await fixture.Admin.GetAsync(Path(ns))).Json.ResourceVersion();
        using var watch = await fixture.Admin.StreamAsync($"{Path(ns)}?watch=true&resourceVersion={from}");
        Assert.Equal("application/json", watch.Response.Content.Headers.ContentType!.ToString());
        await CreateAsync(ns, "a");
        var (type, obj) = await watch.NextEventAsync();
        Assert.Equal(("ADDED", "a"), (type, obj.Name()));

        await fixture.Admin.PatchAsync($"{Path(ns)}/a", """{"data":{"k":"v"}}""", "application/merge-patch+json");
        (type, obj) = await watch.NextEventAsync();
        Assert.Equal(("MODIFIED", "v"), (type, obj.Object("data").String("k")));

        await fixture.Admin.DeleteAsync($"{Path(ns)}/a");
        (type, var last) = await watch.NextEventAsync();
        Assert.Equal(("DELETED", "v"), (type, last.Object("data").String("k")));
        Assert.True(long.Parse(last.ResourceVersion()) > long.Parse(obj.ResourceVersion()));
    }

    [Theory]
    [InlineData("?watch=true")]
    [InlineData("?watch=1&resourceVersion=0")]
    public async Task Watch_without_a_version_starts_with_what_is_there(string query)
    {
        var ns = await fixture.NamespaceAsync("present");
        await CreateAsync(ns, "a");
        await CreateAsync(ns, "b");
        using var watch = await fixture.Admin.StreamAsync(Path(ns) + query);
        Assert.Equal("a", (await watch.NextEventAsync()).Object.Name());
        Assert.Equal("b", (await watch.NextEventAsync()).Object.Name());
        await CreateAsync(ns, "c");
        Assert.Equal("c", (await watch.NextEventAsync()).Object.Name());
    }

    [Fact]
    public async Task Object_entering_or_leaving_the_selection_is_added_or_deleted()
    {
        var ns = await fixture.NamespaceAsync("selection");
        await CreateAsync(ns, "a");
        using var watch = await fixture.Admin.StreamAsync($"{Path(ns)}?watch=true&labelSelector=on%3Dyes");
        await fixture.Admin.PatchAsync($"{Path(ns)}/a", """{"metadata":{"labels":{"on":"yes"}}}""", "application/merge-patch+json");
        Assert.Equal("ADDED", (await watch.NextEventAsync()).Type);
        await fixture.Admin.PatchAsync($"{Path(ns)}/a", """{"metadata":{"labels":{"on":"no"}}}""", "application/merge-patch+json");
        var (type, obj) = await watch.NextEventAsync();
        Assert.Equal(("DELETED", "yes"), (type, obj.Labels().String("on")));
    }

    [Fact]
    public async Task Single_object_is_watched_by_its_path_or_by_field_selector()
    {
        var ns = await fixture.NamespaceAsync("single");
        using var byPath = await fixture.Admin.StreamAsync($"{Path(ns)}/b?watch=true");
        using var byField = await fixture.Admin.StreamAsync($"{Path(ns)}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Db");
        await CreateAsync(ns, "a");
        await CreateAsync(ns, "b");
        Assert.Equal("b", (await byPath.NextEventAsync()).Object.Name());
        Assert.Equal("b", (await byField.NextEventAsync()).Object.Name());
    }

    [Fact]
    public async Task Watch_ends_normally_after_its_timeout()
    {
        using var watch = await fixture.Admin.StreamAsync("/api/v1/namespaces/none/configmaps?watch=true&timeoutSeconds=1");
        Assert.Equal(HttpStatusCode.OK, watch.Response.StatusCode);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task Initial_events_end_with_a_marked_bookmark()
    {
        var ns = await fixture.NamespaceAsync("initial");
        await CreateAsync(ns, "a");
        using var watch = await fixture.Admin.StreamAsync(
            $"{Path(ns)}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED", (await watch.NextEventAsync()).Type);
        var (type, bookmark) = await watch.NextEventAsync();
        Assert.Equal(("BOOKMARK", "ConfigMap"), (type, bookmark.String("kind")));
        Assert.Equal("true", bookmark.Annotations().String("k8s.io/initial-events-end"));
        Assert.NotEmpty(bookmark.ResourceVersion());
    }

    [Theory]
    [InlineData("sendInitialEvents=true", "resourceVersionMatch")]
    [InlineData("resourceVersionMatch=NotOlderThan", "resourceVersionMatch")]
    [InlineData("labelSelector=a+b", "found 'b'")]
    public async Task Wrong_watch_is_refused_before_it_starts(string query, string words)
    {
        var answer = await fixture.Admin.GetAsync($"/api/v1/configmaps?watch=true&{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_watch_sends_columns_once()
    {
        var ns = await fixture.NamespaceAsync("tables");
        await CreateAsync(ns, "a");
        await CreateAsync(ns, "b");
        using var watch = await fixture.Admin.StreamAsync($"{Path(ns)}?watch=true", "application/json;as=Table;v=v1;g=meta.k8s.io");
        var first = (await watch.NextEventAsync()).Object;
        Assert.Equal(("Table", "a"), (first.String("kind"), first.Objects("rows").Single().Array("cells")![0]!.GetValue<string>()));
        Assert.NotNull(first.Array("columnDefinitions"));
        var second = (await watch.NextEventAsync()).Object;
        Assert.Null(second.Array("columnDefinitions"));
        Assert.Equal("b", second.Objects("rows").Single().Array("cells")![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Partial_metadata_watch_leaves_the_rest_out()
    {
        var ns = await fixture.NamespaceAsync("partials");
        await CreateAsync(ns, "a");
        using var watch = await fixture.Admin.StreamAsync($"{Path(ns)}?watch=true", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        var (_, obj) = await watch.NextEventAsync();
        Assert.Equal(("PartialObjectMetadata", "a"), (obj.String("kind"), obj.Name()));
        Assert.Null(obj["data"]);
    }

    [Fact]
    public async Task Old_version_of_ingress_is_watched_converted()
    {
        var ns = await fixture.NamespaceAsync("converted");
        await fixture.Server.CreateAsync(ResourceTypes.Ingresses, ns, JsonNode.Parse(
            """{"metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}""")!.AsObject());
        using var watch = await fixture.Admin.StreamAsync($"/apis/extensions/v1beta1/namespaces/{ns}/ingresses?watch=true");
        Assert.Equal("web", (await watch.NextEventAsync()).Object.Object("spec").Object("backend").String("serviceName"));
    }

    [Fact]
    public async Task Watch_from_before_the_history_gets_an_error_event_410()
    {
        await using var server = await LocalApiServer.StartAsync(new ObjectStoreOptions { HistoryEvents = 4 });
        using var admin = ApiClient.Admin(server);
        for (var i = 0; i < 600; i++)
        {
            await server.CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"n{i}" } });
        }

        using var watch = await admin.StreamAsync("/api/v1/namespaces?watch=true&resourceVersion=2");
        var (type, status) = await watch.NextEventAsync();
        Assert.Equal(("ERROR", "Expired"), (type, status.String("reason")));
        Assert.Equal(410, status.Integer("code"));
        Assert.Null(await watch.NextAsync());

        var list = await admin.GetAsync("/api/v1/namespaces?resourceVersion=2&resourceVersionMatch=Exact");
        Assert.Equal(HttpStatusCode.Gone, list.Status);
    }

    [Fact]
    public async Task Watch_from_a_version_of_another_cluster_gets_an_error_event_410()
    {
        using var watch = await fixture.Admin.StreamAsync("/api/v1/configmaps?watch=true&resourceVersion=99999999");
        var (type, status) = await watch.NextEventAsync();
        Assert.Equal(("ERROR", 410), (type, status.Integer("code")));
    }

    [Fact]
    public async Task Bookmarks_tell_how_far_other_resources_writes_have_come()
    {
        await using var server = await LocalApiServer.StartAsync(options: new ApiCoreOptions { BookmarkInterval = TimeSpan.FromMilliseconds(50) });
        using var admin = ApiClient.Admin(server);
        var from = (await admin.GetAsync("/api/v1/configmaps")).Json.ResourceVersion();
        using var watch = await admin.StreamAsync($"/api/v1/configmaps?watch=true&allowWatchBookmarks=true&resourceVersion={from}");
        await server.CreateAsync(ResourceTypes.Namespaces, null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "later" } });
        var wanted = (await admin.GetAsync("/api/v1/namespaces")).Json.ResourceVersion();
        while (true)
        {
            var (type, obj) = await watch.NextEventAsync();
            Assert.Equal("BOOKMARK", type);
            if (obj.ResourceVersion() == wanted)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task Watches_end_normally_and_promptly_when_the_server_stops()
    {
        await using var server = await LocalApiServer.StartAsync();
        using var admin = ApiClient.Admin(server);
        using var watch = await admin.StreamAsync("/api/v1/configmaps?watch=true");
        var end = watch.NextAsync();
        await server.StopAsync();
        Assert.Null(await end);
    }

    private Task<JsonObject> CreateAsync(string ns, string name) =>
        fixture.Server.CreateAsync(ResourceTypes.ConfigMaps, ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });

    private static string Path(string ns) => ResourceTypes.ConfigMaps.Path(ns);
}
