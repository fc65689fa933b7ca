using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.OpenApi;
using Inlet.Local.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Discovery;

/// <summary>Answers <c>/api</c>, <c>/apis</c>, a group, a version, and <c>/openapi/…</c>.</summary>
internal sealed class DiscoveryRequests(ResourceCatalog catalog)
{
    private readonly DiscoveryDocuments _documents = new(catalog);
    private readonly OpenApiDocuments _openApi = new(catalog);

    /// <summary>Every path there is, for <c>GET /</c>.</summary>
    public IEnumerable<string> Paths => _documents.Paths;

    /// <param name="path">Without a trailing slash.</param>
    /// <returns>Null when the path is not discovery's.</returns>
    public Task? TryHandle(HttpContext context, string path)
    {
        if (path is "/openapi/v2")
        {
            return OpenApiV2Async(context);
        }

        if (path is "/openapi/v3" || path.StartsWith("/openapi/v3/", StringComparison.Ordinal))
        {
            return OpenApiV3Async(context, path);
        }

        return _documents.Plain(path) is { } plain ? DiscoverAsync(context, path, plain) : null;
    }

    private Task DiscoverAsync(HttpContext context, string path, DiscoveryDocument plain)
    {
        context.Response.Headers.Vary = "Accept";
        foreach (var type in Accept.Parse(context.Request).Where(t => t.AcceptsJson))
        {
            if (type.Parameter("as") is null)
            {
                return AnswerAsync(context, plain, AnswerWriter.Json);
            }

            if (type.Parameter("as") == "APIGroupDiscoveryList" && type.Parameter("g") == "apidiscovery.k8s.io"
                && _documents.Aggregated(path, type.Parameter("v") ?? "") is { } aggregated)
            {
                return AnswerAsync(context, aggregated, $"application/json;g=apidiscovery.k8s.io;v={type.Parameter("v")};as=APIGroupDiscoveryList");
            }
        }

        throw Accept.NotAcceptable();
    }

    private static Task AnswerAsync(HttpContext context, DiscoveryDocument document, string contentType)
    {
        context.Response.Headers.ETag = document.ETag;
        if (context.Request.Headers.IfNoneMatch.Contains(document.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return AnswerWriter.WriteAsync(context, document.Utf8, StatusCodes.Status200OK, contentType);
    }

    /// <summary>Clients write the protobuf type with a dot or an at sign before its version; both mean the same document.</summary>
    private Task OpenApiV2Async(HttpContext context)
    {
        foreach (var type in Accept.Parse(context.Request))
        {
            if (type.MediaType.StartsWith("application/com.github.proto-openapi.spec.v2", StringComparison.Ordinal))
            {
                return AnswerWriter.WriteAsync(context, _openApi.V2Protobuf, StatusCodes.Status200OK, OpenApiDocuments.V2ProtobufContentType);
            }

            if (type.AcceptsJson)
            {
                return AnswerWriter.WriteAsync(context, _openApi.V2Json);
            }
        }

        throw Accept.NotAcceptable($"application/json, {OpenApiDocuments.V2ProtobufContentType}");
    }

    private Task OpenApiV3Async(HttpContext context, string path)
    {
        if (path == "/openapi/v3")
        {
            return AnswerWriter.WriteAsync(context, _openApi.Index);
        }

        var document = path["/openapi/v3/".Length..];
        if (_openApi.Document(document) is not { } body)
        {
            throw ApiErrors.NoSuchResource();
        }

        if (new QueryParameters(context.Request.Query).Text("hash") == _openApi.Hash(document))
        {
            context.Response.Headers.CacheControl = "public, immutable, max-age=31536000";
        }

        return AnswerWriter.WriteAsync(context, body);
    }
}
