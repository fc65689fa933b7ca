using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.Requests;

internal sealed partial class ResourceRequests
{
    private const string DeleteOptionsSchema = "k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions";

    private async Task DeleteAsync(ApiRequest request)
    {
        var options = await ReadDeleteOptionsAsync(request);
        var result = await core.DeleteAsync(request.Resource, request.Namespace, request.Name!, options, request.Aborted);
        if (!result.Gone)
        {
            await AnswerAsync(request, result.Object);
            return;
        }

        await AnswerWriter.WriteAsync(
            request.Context, ApiErrors.Success(request.Resource.Version.Type, request.Name!, result.Object.Object.Uid()));
    }

    private async Task DeleteCollectionAsync(ApiRequest request)
    {
        var options = await ReadDeleteOptionsAsync(request);
        var deleted = await core.DeleteCollectionAsync(request.Resource, request.Namespace, ReadListOptions(request), options, request.Aborted);
        await AnswerListAsync(request, deleted);
    }

    /// <summary>From the body; without one, from the query.</summary>
    private async Task<DeleteOptions> ReadDeleteOptionsAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadOptionalObjectAsync(request.Context.Request, core.Catalog);
        if (body is null)
        {
            return new DeleteOptions
            {
                GracePeriodSeconds = request.Query.Integer("gracePeriodSeconds"),
                PropagationPolicy = Policy(request.Query.Text("propagationPolicy"), request.Query.Boolean("orphanDependents")),
                DryRun = request.Query.DryRun(nameof(DeleteOptions)),
            };
        }

        var options = body.Object;
        RequireDeleteOptions(options);
        var preconditions = options.Object("preconditions");
        return new DeleteOptions
        {
            GracePeriodSeconds = options.Integer("gracePeriodSeconds"),
            PropagationPolicy = Policy(options.String("propagationPolicy"), options.Boolean("orphanDependents")),
            Uid = preconditions.String("uid"),
            ResourceVersion = preconditions.String("resourceVersion"),
            DryRun = QueryParameters.IsDryRun(options.Array("dryRun")?.Select(v => v!.GetValue<string>()) ?? [], nameof(DeleteOptions))
                || request.Query.DryRun(nameof(DeleteOptions)),
        };
    }

    private static void RequireDeleteOptions(JsonObject options)
    {
        if (options.String("kind") is { Length: > 0 } kind and not nameof(DeleteOptions))
        {
            throw ApiErrors.BadRequest($"the body of a DELETE request must be DeleteOptions, not {kind}");
        }

        try
        {
            ObjectDecoder.Decode(options, DeleteOptionsSchema);
        }
        catch (SchemaException e)
        {
            throw ApiErrors.BadRequest($"DeleteOptions cannot be handled: {e.Message}");
        }
    }

    /// <summary>The older way to say it.</summary>
    private static string? Policy(string? policy, bool? orphanDependents) => orphanDependents switch
    {
        null => policy,
        _ when !string.IsNullOrEmpty(policy) =>
            throw ApiErrors.BadRequest("orphanDependents and propagationPolicy may not both be set"),
        true => "Orphan",
        _ => "Background",
    };
}
