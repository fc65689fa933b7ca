using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Protobuf;

namespace Inlet.Local.ApiServer.OpenApi;

/// <summary>
/// The v2 document as the protobuf message <c>openapi.v2.Document</c> (gnostic's OpenAPIv2.proto), which is the only form
/// kubectl asks for. Numbers are that file's; what our document does not contain is not written.
/// </summary>
internal static class OpenApiV2Protobuf
{
    private static readonly (string Method, int Field)[] Methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    public static byte[] Encode(JsonObject document)
    {
        var info = document.Object("info");
        var paths = new ProtobufWriter();
        foreach (var (path, item) in document.Object("paths")!)
        {
            paths.Message(2, Named(path, PathItem(item!.AsObject())));
        }

        return new ProtobufWriter()
            .Text(1, document.String("swagger"))
            .Message(2, new ProtobufWriter().Text(1, info.String("title")).Text(2, info.String("version")))
            .Message(8, paths)
            .Message(9, Schemas(document.Object("definitions")!))
            .Written.ToArray();
    }

    private static ProtobufWriter Named(string name, ProtobufWriter value) => new ProtobufWriter().Text(1, name).Message(2, value);

    private static ProtobufWriter PathItem(JsonObject item)
    {
        var writer = new ProtobufWriter();
        foreach (var (method, field) in Methods)
        {
            if (item.Object(method) is { } operation)
            {
                writer.Message(field, Operation(operation));
            }
        }

        return writer;
    }

    private static ProtobufWriter Operation(JsonObject operation)
    {
        var writer = new ProtobufWriter();
        foreach (var parameter in operation.Objects("parameters"))
        {
            var query = new ProtobufWriter().Text(2, parameter.String("in")).Text(4, parameter.String("name")).Text(6, parameter.String("type"));
            // ParametersItem → Parameter → NonBodyParameter → QueryParameterSubSchema.
            writer.Message(8, new ProtobufWriter().Message(1, new ProtobufWriter().Message(2, new ProtobufWriter().Message(3, query))));
        }

        return Extensions(writer, 13, operation);
    }

    /// <summary><c>Definitions</c> and <c>Properties</c> are written alike.</summary>
    private static ProtobufWriter Schemas(JsonObject schemas)
    {
        var writer = new ProtobufWriter();
        foreach (var (name, schema) in schemas)
        {
            writer.Message(1, Named(name, Schema(schema!.AsObject())));
        }

        return writer;
    }

    private static ProtobufWriter Schema(JsonObject schema)
    {
        var writer = new ProtobufWriter()
            .Text(1, schema.String("$ref"))
            .Text(2, schema.String("format"))
            .Text(4, schema.String("description"));
        if (schema.Object("additionalProperties") is { } values)
        {
            writer.Message(21, new ProtobufWriter().Message(1, Schema(values)));
        }

        if (schema.String("type") is { } type)
        {
            writer.Message(22, new ProtobufWriter().Text(1, type));
        }

        if (schema.Object("items") is { } items)
        {
            writer.Message(23, new ProtobufWriter().Message(1, Schema(items)));
        }

        if (schema.Object("properties") is { } properties)
        {
            writer.Message(25, Schemas(properties));
        }

        return Extensions(writer, 31, schema);
    }

    /// <summary>Extensions travel as YAML text, which JSON is.</summary>
    private static ProtobufWriter Extensions(ProtobufWriter writer, int field, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (name.StartsWith("x-", StringComparison.Ordinal))
            {
                writer.Message(field, Named(name, new ProtobufWriter().Text(2, $"{value?.ToJsonString()}\n")));
            }
        }

        return writer;
    }
}
