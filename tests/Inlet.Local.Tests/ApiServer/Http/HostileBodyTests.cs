using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Tests.Harness;

namespace Inlet.Local.Tests.ApiServer.Http;

/// <summary>Whatever a body holds, the answer is an object or a refusal, and every list can still be read afterwards.</summary>
public sealed class HostileBodyTests(ApiServerFixture fixture) : IClassFixture<ApiServerFixture>
{
    private const string Ns = "default";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private int _accepted;

    private static readonly string[] Texts =
        ["", "a", "web", "80%", "-1", "1Gi", "2026-01-02T03:04:05Z", "TCP", "None", "10.96.0.9", "a/b", "é\u0001", "aGk=", "Always"];

    [Fact]
    public async Task Random_objects_of_every_kind_never_break_the_server_or_a_list()
    {
        var random = new Random(42);
        foreach (var served in ResourceCatalog.Builtin.Groups.SelectMany(g => g.Versions).SelectMany(v => v.Resources))
        {
            for (var i = 0; i < 60; i++)
            {
                var obj = Object(served, random, i);
                await RequireNoDefectAsync(HttpMethod.Post, served.Version.Type.Path(Ns), obj, "application/json");
                await RequireNoDefectAsync(HttpMethod.Put, served.Version.Type.Path(Ns, $"o{i}"), obj, "application/json");
                await RequireNoDefectAsync(HttpMethod.Patch, served.Version.Type.Path(Ns, $"o{i}") + "?fieldManager=f&force=true", obj, "application/apply-patch+yaml");
                await RequireNoDefectAsync(HttpMethod.Patch, served.Version.Type.Path(Ns, $"o{i}"), obj, "application/strategic-merge-patch+json");
                await RequireNoDefectAsync(HttpMethod.Patch, served.Version.Type.Path(Ns, $"o{i}", "status"), obj, "application/merge-patch+json");
            }

            foreach (var accept in (string?[])[null, Table])
            {
                var list = await fixture.Admin.GetAsync(served.Version.Type.Path(Ns), accept);
                Assert.True(list.Status == HttpStatusCode.OK, $"{served.Version.Type} cannot be listed any more: {list.Text}");
                _ = list.Json;
            }
        }

        // Else all of it was refused at the door and nothing was tried.
        Assert.True(_accepted > 1000, $"{_accepted} requests were accepted");
    }

    private async Task RequireNoDefectAsync(HttpMethod method, string path, JsonObject body, string contentType)
    {
        var answer = await fixture.Admin.SendAsync(method, path, Encoding.UTF8.GetBytes(body.ToJsonString()), contentType, null);
        _accepted += (int)answer.Status < 300 ? 1 : 0;
        Assert.True((int)answer.Status < 500, $"{method} {path} {contentType}\n{body.ToJsonString()}\n{answer.Text}");
    }

    /// <summary>Mostly of the right types, so that it comes past the decoder; sometimes of wrong ones.</summary>
    private static JsonObject Object(ServedResource served, Random random, int index)
    {
        var obj = Message(FieldTable.Builtin.Get(served.Version.SchemaMessage), random, depth: 0);
        obj["apiVersion"] = served.Version.Type.ApiVersion;
        obj["kind"] = served.Version.Type.Kind;
        var metadata = obj["metadata"] as JsonObject ?? [];
        obj["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
        obj["metadata"]!["name"] = $"o{index}";
        obj["metadata"]!.AsObject().Remove("namespace");
        obj["metadata"]!.AsObject().Remove("resourceVersion");
        obj["metadata"]!.AsObject().Remove("uid");
        obj["metadata"]!.AsObject().Remove("deletionTimestamp");
        return obj;
    }

    private static JsonObject Message(SchemaMessage message, Random random, int depth)
    {
        var obj = new JsonObject();
        foreach (var field in message.JsonFields)
        {
            if (random.Next(depth < 2 ? 2 : 5) == 0)
            {
                obj[field.Name] = Field(field, random, depth);
            }
        }

        return obj;
    }

    private static JsonNode? Field(SchemaField field, Random random, int depth)
    {
        if (random.Next(40) == 0 || depth > 7)
        {
            return Scalar(random);
        }

        switch (field.Shape)
        {
            case FieldShape.List:
                return new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(field, random, depth))]);
            case FieldShape.Map:
                var map = new JsonObject();
                for (var i = random.Next(3); i > 0; i--)
                {
                    map[$"k{i}"] = Value(field, random, depth);
                }

                return map;
            default:
                return Value(field, random, depth);
        }
    }

    private static JsonNode? Value(SchemaField field, Random random, int depth) => field.Kind switch
    {
        FieldKind.Message => Message(FieldTable.Builtin.Get(field.MessageName!), random, depth + 1),
        FieldKind.Int32 or FieldKind.Int64 => JsonValue.Create(random.Next(70000) - 2),
        FieldKind.Bool => JsonValue.Create(random.Next(2) == 0),
        FieldKind.Bytes => JsonValue.Create("aGk="),
        FieldKind.Time => JsonValue.Create("2026-01-02T03:04:05Z"),
        FieldKind.MicroTime => JsonValue.Create("2026-01-02T03:04:05.000001Z"),
        FieldKind.Quantity => JsonValue.Create("1Gi"),
        FieldKind.FieldsV1 => new JsonObject { ["f:a"] = new JsonObject() },
        FieldKind.StringList => new JsonArray("a"),
        _ => Scalar(random),
    };

    private static JsonValue? Scalar(Random random) => random.Next(10) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(70000) - 2),
        3 => JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue)),
        4 => JsonValue.Create((random.NextDouble() - 0.5) * 1e12),
        _ => JsonValue.Create(Texts[random.Next(Texts.Length)]),
    };
}
