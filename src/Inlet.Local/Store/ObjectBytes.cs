using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inlet.Local.Store;

/// <summary>Objects as UTF-8 JSON.</summary>
internal static class ObjectBytes
{
    // Kubernetes writes quotes, plus signs and non-ASCII text as they are; our answers are never embedded in HTML.
    internal static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Sets <c>metadata.resourceVersion</c> and writes the object.</summary>
    public static byte[] Stamp(JsonObject obj, long revision)
    {
        if (obj["metadata"] is not JsonObject metadata)
        {
            obj["metadata"] = metadata = new JsonObject();
        }

        metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return Write(obj);
    }

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            node.WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
