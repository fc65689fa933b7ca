using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Protobuf;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Schema;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Inlet.Local.ApiServer.Http;

/// <summary>A body as an object tree.</summary>
/// <param name="Duplicates">Paths of keys that came twice in JSON text.</param>
internal sealed record DecodedBody(JsonNode? Root, IReadOnlyList<string> Duplicates)
{
    /// <exception cref="KubernetesApiException">400 when the body is not an object.</exception>
    public JsonObject Object => Root as JsonObject ?? throw ApiErrors.BadRequest("the body of the request must be an object");
}

/// <summary>Reads request bodies: JSON, YAML and Kubernetes' protobuf.</summary>
internal static class RequestBody
{
    /// <summary>Kubernetes' own limit for one request.</summary>
    public const long MaximumBytes = 3 * 1024 * 1024;

    /// <summary>
    /// What is read, and thrown away, of a body over the limit, so that its sender comes to reading the refusal. Answering
    /// at once would cut the connection under a client that is still sending, and it would tell its user of a broken pipe.
    /// The server itself refuses what is larger.
    /// </summary>
    public const long MaximumDrainedBytes = 64 * 1024 * 1024;

    private const string Json = "application/json";
    private const string Yaml = "application/yaml";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <summary>An object of a create, an update or a review.</summary>
    /// <exception cref="KubernetesApiException">400 for a malformed body, 413, 415.</exception>
    public static async Task<DecodedBody> ReadObjectAsync(HttpRequest request, ResourceCatalog catalog)
    {
        var mediaType = MediaType(request) ?? Json;
        if (mediaType is not (Json or Yaml or Protobuf))
        {
            throw UnknownFormat($"{Json}, {Yaml}, {Protobuf}");
        }

        var body = await ReadBytesAsync(request).ConfigureAwait(false);
        return mediaType switch
        {
            Json => ParseJson(body),
            Yaml => ParseYaml(body),
            _ => ParseProtobuf(body, catalog),
        };
    }

    /// <summary>DeleteOptions, which a client may leave out.</summary>
    public static async Task<DecodedBody?> ReadOptionalObjectAsync(HttpRequest request, ResourceCatalog catalog) =>
        request.ContentLength != 0 && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? await ReadObjectAsync(request, catalog).ConfigureAwait(false)
            : null;

    /// <exception cref="KubernetesApiException">400, 413, and 415 for a media type that is no kind of patch.</exception>
    public static async Task<(PatchKind Kind, DecodedBody Body)> ReadPatchAsync(HttpRequest request)
    {
        PatchKind kind = MediaType(request) switch
        {
            "application/json-patch+json" => PatchKind.Json,
            "application/merge-patch+json" => PatchKind.Merge,
            "application/strategic-merge-patch+json" => PatchKind.StrategicMerge,
            "application/apply-patch+yaml" => PatchKind.Apply,
            _ => throw UnknownFormat(
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/strategic-merge-patch+json"),
        };
        var body = await ReadBytesAsync(request).ConfigureAwait(false);
        return (kind, kind == PatchKind.Apply ? ParseYaml(body) : ParseJson(body));
    }

    private static string? MediaType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            throw ApiErrors.UnsupportedMediaType($"the Content-Encoding {request.Headers.ContentEncoding} is not supported on requests");
        }

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.Value?.ToLowerInvariant() : null;
    }

    private static KubernetesApiException UnknownFormat(string accepted) =>
        ApiErrors.UnsupportedMediaType($"the body of the request was in an unknown format - accepted media types include: {accepted}");

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request)
    {
        var reader = request.BodyReader;
        var isTooLarge = false;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
            isTooLarge |= read.Buffer.Length > MaximumBytes;
            if (read.IsCompleted)
            {
                var bytes = isTooLarge ? [] : read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return isTooLarge ? throw ApiErrors.TooLarge(MaximumBytes) : bytes;
            }

            reader.AdvanceTo(isTooLarge ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
        }
    }

    private static DecodedBody ParseJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            var root = StrictJson.Parse(body.Span, out var duplicates);
            return new(root, duplicates);
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest(DescribeJson(e));
        }
    }

    private static string DescribeJson(JsonException e)
    {
        // The reader appends its own position, counted from 0 and in bytes.
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var problem = (end < 0 ? e.Message : e.Message[..end]).TrimEnd('.');
        return e.LineNumber is { } line && e.BytePositionInLine is { } position
            ? $"the body of the request is not valid JSON: line {line + 1}, column {position + 1}: {problem}"
            : $"the body of the request is not valid JSON: {problem}";
    }

    private static DecodedBody ParseYaml(ReadOnlyMemory<byte> body)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.Span);
            return ManifestReader.Parse(text, "body") is [var only]
                ? new(only.Object, [])
                : throw ApiErrors.BadRequest("the body of the request must hold exactly one object");
        }
        catch (Exception e) when (e is ManifestException or DecoderFallbackException)
        {
            throw ApiErrors.BadRequest($"the body of the request is not a valid object in YAML: {e.Message}");
        }
    }

    private static DecodedBody ParseProtobuf(ReadOnlyMemory<byte> body, ResourceCatalog catalog)
    {
        try
        {
            return new(ProtobufObjectReader.Read(body.Span, (apiVersion, kind) => KnownMessages.Find(catalog, apiVersion, kind)), []);
        }
        catch (ProtobufFormatException e)
        {
            throw ApiErrors.BadRequest($"the body of the request is not a valid protobuf object: {e.Message}");
        }
    }
}
