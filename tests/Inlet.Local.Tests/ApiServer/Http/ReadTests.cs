using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

public sealed class ReadTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string TableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

    [Fact]
    public async Task Object_is_read_as_stored_and_a_missing_one_is_404_with_details()
    {
        var ns = await fixture.NamespaceAsync("get");
        await ConfigMapsAsync(ns, 1);
        var answer = await fixture.Admin.GetAsync(Path(ns, "c000"));
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal("ConfigMap", answer.Json.String("kind"));
        Assert.Equal("0", answer.Json.Object("data").String("i"));

        var missing = await fixture.Admin.GetAsync(Path(ns, "none"));
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal("configmaps \"none\" not found", missing.Json.String("message"));
        Assert.Equal(("none", "configmaps"), (missing.Json.Object("details").String("name"), missing.Json.Object("details").String("kind")));
    }

    [Fact]
    public async Task List_is_cut_into_chunks_of_one_consistent_state()
    {
        var ns = await fixture.NamespaceAsync("chunks");
        await ConfigMapsAsync(ns, 5);
        var first = (await fixture.Admin.GetAsync($"{Path(ns)}?limit=2")).Json;
        Assert.Equal("ConfigMapList", first.String("kind"));
        Assert.Equal(["c000", "c001"], Names(first));
        Assert.Equal(3, first.Metadata().Integer("remainingItemCount"));

        // What changes between two chunks does not show in the second.
        await fixture.Admin.DeleteAsync(Path(ns, "c003"));
        var rest = (await fixture.Admin.GetAsync($"{Path(ns)}?limit=10&continue={Uri.EscapeDataString(first.Metadata().String("continue")!)}")).Json;
        Assert.Equal(["c002", "c003", "c004"], Names(rest));
        Assert.Equal(first.ResourceVersion(), rest.ResourceVersion());
        Assert.Null(rest.Metadata().String("continue"));
    }

    [Theory]
    [InlineData("labelSelector=odd%3Dtrue", "c001,c003")]
    [InlineData("labelSelector=odd%21%3Dtrue", "c000,c002")]
    [InlineData("labelSelector=n+in+(0,3)", "c000,c003")]
    [InlineData("labelSelector=!odd", "c000,c002")]
    [InlineData("fieldSelector=metadata.name%3Dc002", "c002")]
    [InlineData("fieldSelector=metadata.name!=c002&labelSelector=!odd", "c000")]
    public async Task Selectors_choose_what_they_say(string query, string expected)
    {
        var ns = await fixture.NamespaceAsync("select");
        await ConfigMapsAsync(ns, 4);
        Assert.Equal(expected.Split(','), Names((await fixture.Admin.GetAsync($"{Path(ns)}?{query}")).Json));
    }

    [Theory]
    [InlineData("labelSelector=a+b", "found 'b'")]
    [InlineData("fieldSelector=spec.color%3Dred", "field label not supported: spec.color")]
    [InlineData("limit=many", "must be a whole number")]
    [InlineData("resourceVersion=abc", "must be a number")]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("continue=nonsense", "continue key is not valid")]
    public async Task Wrong_query_is_refused_400_in_words(string query, string words)
    {
        var answer = await fixture.Admin.GetAsync($"/api/v1/configmaps?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(words, answer.Json.String("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exact_resource_version_lists_the_past_and_a_future_one_times_out()
    {
        var ns = await fixture.NamespaceAsync("exact");
        await ConfigMapsAsync(ns, 2);
        var before = (await fixture.Admin.GetAsync(Path(ns))).Json.ResourceVersion();
        await fixture.Admin.DeleteAsync(Path(ns, "c000"));
        Assert.Equal(["c000", "c001"], Names((await fixture.Admin.GetAsync($"{Path(ns)}?resourceVersion={before}&resourceVersionMatch=Exact")).Json));
        Assert.Equal(["c001"], Names((await fixture.Admin.GetAsync($"{Path(ns)}?resourceVersion={before}")).Json));

        var future = await fixture.Admin.GetAsync($"{Path(ns)}?resourceVersion=99999999");
        Assert.Equal(HttpStatusCode.GatewayTimeout, future.Status);
        Assert.Equal("1", future.Headers.GetValues("Retry-After").Single());
    }

    [Fact]
    public async Task Table_is_answered_to_kubectls_accept_with_rows_of_partial_metadata()
    {
        var ns = await fixture.NamespaceAsync("table");
        await ConfigMapsAsync(ns, 2);
        var answer = await fixture.Admin.GetAsync(Path(ns), TableAccept);
        Assert.Equal("application/json; as=Table; v=v1; g=meta.k8s.io", answer.ContentType);
        Assert.Equal("meta.k8s.io/v1", answer.Json.String("apiVersion"));
        Assert.Equal(["Name", "Data", "Age"], answer.Json.Objects("columnDefinitions").Select(c => c.String("name")));
        var row = answer.Json.Objects("rows").First();
        Assert.Equal("c000", row.Array("cells")![0]!.GetValue<string>());
        Assert.Equal("PartialObjectMetadata", row.Object("object").String("kind"));
        Assert.Equal("0", row.Object("object")!.Labels().String("n"));
        Assert.Null(row.Object("object")!.Metadata()!["managedFields"]);
    }

    [Theory]
    [InlineData("v1beta1", "", "PartialObjectMetadata")]
    [InlineData("v1", "includeObject=Object", "ConfigMap")]
    [InlineData("v1", "includeObject=None", null)]
    public async Task Table_has_the_version_and_objects_asked_for(string version, string query, string? kind)
    {
        var ns = await fixture.NamespaceAsync("table");
        await ConfigMapsAsync(ns, 1);
        foreach (var path in (string[])[Path(ns), Path(ns, "c000")])
        {
            var table = (await fixture.Admin.GetAsync($"{path}?{query}", $"application/json;as=Table;v={version};g=meta.k8s.io")).Json;
            Assert.Equal($"meta.k8s.io/{version}", table.String("apiVersion"));
            Assert.Equal(kind, table.Objects("rows").Single().Object("object").String("kind"));
        }
    }

    [Fact]
    public async Task Partial_metadata_is_answered_for_lists_and_objects()
    {
        var ns = await fixture.NamespaceAsync("partial");
        await ConfigMapsAsync(ns, 1);
        var list = await fixture.Admin.GetAsync(Path(ns), "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        Assert.Equal("PartialObjectMetadataList", list.Json.String("kind"));
        Assert.Null(list.Json.Objects("items").Single()["data"]);
        var one = await fixture.Admin.GetAsync(Path(ns, "c000"), "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        Assert.Equal(("PartialObjectMetadata", "c000"), (one.Json.String("kind"), one.Json.Name()));
        Assert.Null(one.Json["data"]);
    }

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf,application/json", HttpStatusCode.OK)]
    [InlineData("application/vnd.kubernetes.protobuf", HttpStatusCode.NotAcceptable)]
    [InlineData("text/html", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json;q=0", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json;as=Table;v=v7;g=meta.k8s.io", HttpStatusCode.NotAcceptable)]
    [InlineData("*/*", HttpStatusCode.OK)]
    [InlineData("text/html, application/*;q=0.5", HttpStatusCode.OK)]
    public async Task Json_is_given_to_who_accepts_it_and_406_to_others(string accept, HttpStatusCode expected)
    {
        var answer = await fixture.Admin.GetAsync("/api/v1/namespaces/default", accept);
        Assert.Equal(expected, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
        if (expected != HttpStatusCode.OK)
        {
            Assert.Equal("NotAcceptable", answer.Json.String("reason"));
        }
    }

    [Fact]
    public async Task Large_list_is_compressed_for_who_accepts_it()
    {
        var ns = await fixture.NamespaceAsync("large");
        await ConfigMapsAsync(ns, 3, new string('x', 100_000));
        var plain = await fixture.Admin.GetAsync(Path(ns));
        Assert.Empty(plain.ContentHeaders.ContentEncoding);
        var packed = await fixture.Admin.SendAsync(HttpMethod.Get, Path(ns), null, null, null, ("Accept-Encoding", "br, gzip"));
        Assert.Equal(["gzip"], packed.ContentHeaders.ContentEncoding);
        using var unpacked = new GZipStream(new MemoryStream(packed.Body), CompressionMode.Decompress);
        Assert.Equal(Names(plain.Json), Names(JsonNode.Parse(unpacked)!.AsObject()));

        var refused = await fixture.Admin.SendAsync(HttpMethod.Get, Path(ns), null, null, null, ("Accept-Encoding", "gzip;q=0"));
        Assert.Empty(refused.ContentHeaders.ContentEncoding);
    }

    [Fact]
    public async Task Pretty_indents()
    {
        Assert.Contains("\n  \"metadata\": {", (await fixture.Admin.GetAsync("/api/v1/namespaces/default?pretty=true")).Text, StringComparison.Ordinal);
        Assert.Contains("\n  \"items\": [", (await fixture.Admin.GetAsync("/api/v1/namespaces?pretty")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n ", (await fixture.Admin.GetAsync("/api/v1/namespaces?pretty=false")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_ingress_version_is_converted_and_warned_of()
    {
        var ns = await fixture.NamespaceAsync("old");
        var created = await fixture.Admin.PostAsync(
            $"/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses",
            """{"metadata":{"name":"i"},"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}""");
        Assert.Equal(HttpStatusCode.Created, created.Status);
        foreach (var group in (string[])["networking.k8s.io", "extensions"])
        {
            var answer = await fixture.Admin.GetAsync($"/apis/{group}/v1beta1/namespaces/{ns}/ingresses/i");
            Assert.Equal($"{group}/v1beta1", answer.Json.String("apiVersion"));
            Assert.Equal("web", answer.Json.Object("spec").Object("backend").String("serviceName"));
            Assert.Contains($"{group}/v1beta1 Ingress is deprecated", answer.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
            var list = await fixture.Admin.GetAsync($"/apis/{group}/v1beta1/namespaces/{ns}/ingresses");
            Assert.Equal("web", list.Json.Objects("items").Single().Object("spec").Object("backend").String("serviceName"));
        }

        Assert.False((await fixture.Admin.GetAsync($"/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses/i")).Headers.Contains("Warning"));
    }

    private async Task ConfigMapsAsync(string ns, int count, string value = "")
    {
        for (var i = 0; i < count; i++)
        {
            var labels = new JsonObject { ["n"] = $"{i}" };
            if (i % 2 == 1)
            {
                labels["odd"] = "true";
            }

            await fixture.Server.CreateAsync(ResourceTypes.ConfigMaps, ns, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = $"c{i:000}", ["labels"] = labels },
                ["data"] = new JsonObject { ["i"] = $"{i}{value}" },
            });
        }
    }

    private static string Path(string ns, string? name = null) => ResourceTypes.ConfigMaps.Path(ns, name);

    private static IEnumerable<string> Names(JsonObject list) => list.Objects("items").Select(i => i.Name());
}
