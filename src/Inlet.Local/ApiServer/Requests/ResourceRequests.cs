using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Resources;
using Inlet.Local.ApiServer.Streams;
using Inlet.Local.ApiServer.Tables;
using Inlet.Local.Credentials;
using Inlet.Local.Node;
using Inlet.Local.Store;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Requests;

/// <summary>
/// Requests for resources over HTTP, one verb per file as in <see cref="ApiCore"/>: query and body to the verb's options,
/// its result to the representation the client asked for.
/// </summary>
internal sealed partial class ResourceRequests(
    ApiCore core, ClusterCredentials credentials, IPodAgent agent, CancellationToken stopping)
{
    private readonly PodStreamRequests _streams = new(agent, stopping);

    private static readonly string[] KubernetesOnly = ["ephemeralcontainers", "proxy", "resize"];

    public Task HandleAsync(ApiRequest request)
    {
        core.Authorizer.Require(AccessAttributes.Of(request));
        if (request.Resource.Version.DeprecationWarning is { } warning)
        {
            WarningHeaders.Add(request.Context.Response, [warning]);
        }

        return (request.Name, request.Subresource) switch
        {
            (null, _) => Collection(request),
            (_, null) => Object(request),
            _ => Sub(request),
        };
    }

    private Task Collection(ApiRequest request) => request.Context.Request.Method switch
    {
        "GET" when request.Query.Boolean("watch") == true => WatchAsync(request),
        "GET" => ListAsync(request),
        "POST" => CreateAsync(request),
        "DELETE" => DeleteCollectionAsync(request),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private Task Object(ApiRequest request)
    {
        RequirePlace(request);
        return request.Context.Request.Method switch
        {
            "GET" when request.Query.Boolean("watch") == true => WatchAsync(request),
            "GET" => GetAsync(request),
            "PUT" => UpdateAsync(request),
            "PATCH" => PatchAsync(request),
            "DELETE" => DeleteAsync(request),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private Task Sub(ApiRequest request)
    {
        RequirePlace(request);
        if (request.Resource.Definition.Subresource(request.Subresource!) is null)
        {
            throw NotServed(request);
        }

        return (request.Subresource, request.Context.Request.Method) switch
        {
            ("status" or "scale", "GET") => GetAsync(request),
            ("status" or "scale" or "finalize", "PUT") => UpdateAsync(request),
            ("status" or "scale", "PATCH") => PatchAsync(request),
            ("log", "GET") => LogAsync(request),
            ("exec", "GET" or "POST") => ExecAsync(request),
            ("attach", "GET" or "POST") => AttachAsync(request),
            ("portforward", "GET" or "POST") => ForwardAsync(request),
            ("binding", "POST") => BindAsync(request),
            ("eviction", "POST") => EvictAsync(request),
            ("token", "POST") => CreateTokenAsync(request),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    /// <summary>What Kubernetes has and this server has not is refused by its name; the rest does not exist.</summary>
    private static KubernetesApiException NotServed(ApiRequest request) =>
        request.Resource.Definition.Type == ResourceTypes.Pods && KubernetesOnly.Contains(request.Subresource)
            ? new(501, "NotImplemented", $"pods/{request.Subresource} is not supported by this server")
            : ApiErrors.NoSuchResource();

    /// <summary>An object of a namespaced resource is reached through its namespace only, another never through one.</summary>
    private static void RequirePlace(ApiRequest request)
    {
        if (request.Resource.Definition.Type.Namespaced != request.Namespace is not null)
        {
            throw ApiErrors.NoSuchResource();
        }
    }

    /// <summary>The answer to a read or write of one object, in the form the client asked for.</summary>
    private Task AnswerAsync(ApiRequest request, StoredObject stored, int status = StatusCodes.Status200OK)
    {
        if (request.Subresource == "scale")
        {
            return AnswerWriter.WriteAsync(request.Context, ScaleConversion.ToScale(stored.Object), status);
        }

        var representation = request.Representation;
        return representation.Form switch
        {
            Form.Table => AnswerWriter.WriteAsync(
                request.Context,
                TableBuilder.Build(
                    request.Resource, [stored.Object], ObjectForms.TableMetadata(stored), request.IncludeObject, core.Time.GetUtcNow(), representation.Version),
                status, representation.ContentType()),
            Form.PartialMetadata => AnswerWriter.WriteAsync(
                request.Context, TableBuilder.PartialMetadata(stored.Object, representation.Version), status, representation.ContentType()),
            _ => AnswerWriter.WriteAsync(request.Context, ObjectForms.Bytes(request.Resource, stored), status),
        };
    }

    private static void Warn(ApiRequest request, WriteContext context) => WarningHeaders.Add(
        request.Context.Response,
        request.Subresource is null && request.Resource.Definition.NoEffect is { } nothing ? [.. context.Warnings, nothing] : context.Warnings);
}
