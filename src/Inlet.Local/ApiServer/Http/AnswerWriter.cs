using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Inlet.Local.ApiServer.Http;

/// <summary>Bodies of answers.</summary>
internal static class AnswerWriter
{
    public const string Json = "application/json";

    /// <summary>Kubernetes' own threshold: below it, compressing costs more than it saves, on one machine above all.</summary>
    private const int CompressFrom = 128 * 1024;

    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = ObjectBytes.WriterOptions.Encoder, TypeInfoResolver = null };

    public static Task WriteAsync(HttpContext context, JsonNode body, int status = StatusCodes.Status200OK, string contentType = Json) =>
        WriteAsync(context, ObjectBytes.Write(body), status, contentType);

    public static async Task WriteAsync(
        HttpContext context, ReadOnlyMemory<byte> body, int status = StatusCodes.Status200OK, string contentType = Json)
    {
        if (WantsIndented(context) && contentType.StartsWith(Json, StringComparison.Ordinal))
        {
            body = Encoding.UTF8.GetBytes(JsonNode.Parse(body.Span)!.ToJsonString(Indented) + "\n");
        }

        var output = Start(context, status, contentType, body.Length);
        await output.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        await output.CompleteAsync().ConfigureAwait(false);
    }

    public static Task WriteTextAsync(HttpContext context, string text, int status = StatusCodes.Status200OK) =>
        WriteAsync(context, Encoding.UTF8.GetBytes(text), status, "text/plain; charset=utf-8");

    /// <summary>A refusal as <c>Status</c>, whatever form the client asked for.</summary>
    public static Task WriteErrorAsync(HttpContext context, KubernetesApiException e)
    {
        if (e.Details.Integer("retryAfterSeconds") is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        return WriteAsync(context, ApiErrors.ToStatus(e), e.Code);
    }

    /// <summary>
    /// Sets the head of the answer and hands out where its body goes: compressed when it is large and the client takes it.
    /// The caller completes the writer.
    /// </summary>
    /// <param name="length">The body's, in bytes; decides about compression only when <paramref name="isExact"/> is false.</param>
    public static PipeWriter Start(HttpContext context, int status, string contentType, long length, bool isExact = true)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.Headers.CacheControl = response.Headers.CacheControl.Count > 0 ? response.Headers.CacheControl : "no-cache, private";
        if (length >= CompressFrom && AcceptsGzip(context.Request))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Append("Vary", "Accept-Encoding");
            return PipeWriter.Create(new GZipStream(response.BodyWriter.AsStream(leaveOpen: true), CompressionLevel.Fastest));
        }

        if (isExact)
        {
            response.ContentLength = length;
        }

        return response.BodyWriter;
    }

    /// <summary>The <c>pretty</c> parameter, for people with curl.</summary>
    public static bool WantsIndented(HttpContext context) => new QueryParameters(context.Request.Query).Boolean("pretty") == true;

    private static bool AcceptsGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(c => c.Value.Value is "gzip" or "*" && c.Quality is not 0);
}
