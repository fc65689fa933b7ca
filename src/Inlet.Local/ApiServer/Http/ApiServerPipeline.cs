using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Audit;
using Inlet.Local.ApiServer.Authorization;
using Inlet.Local.ApiServer.Discovery;
using Inlet.Local.ApiServer.Requests;
using Inlet.Local.Credentials;
using Inlet.Local.Node;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.ApiServer.Http;

/// <summary>
/// What every request goes through, in this order: is it for us and from no browser; who sends it; which part answers.
/// Refusals of every part come back here and leave as <c>Status</c> objects.
/// </summary>
internal sealed class ApiServerPipeline(
    ApiCore core, ClusterCredentials credentials, IPodAgent agent, AuditLog? audit, ILogger logger, CancellationToken stopping)
{
    private readonly Authenticator _authenticator = new(core, credentials);
    private readonly DiscoveryRequests _discovery = new(core.Catalog);
    private readonly ResourceRequests _resources = new(core, credentials, agent, stopping);
    private readonly UsageRequests _usage = new(core, agent);
    private AccessReviews? _reviews;
    private ServerPages? _pages;

    private AccessReviews Reviews => _reviews ??= new(core, _authenticator, core.Authorizer);

    private ServerPages Pages => _pages ??= new(_discovery, stopping);

    public async Task HandleAsync(HttpContext context)
    {
        var entry = audit is null ? null : new AuditEntry(context, core.Time.GetUtcNow());
        await HandleAsync(context, entry).ConfigureAwait(false);
        if (entry is not null)
        {
            await audit!.AddAsync(entry.ToJson(core.Time.GetUtcNow())).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(HttpContext context, AuditEntry? entry)
    {
        try
        {
            await AnswerAsync(context, entry).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; nobody reads an answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, e).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Half an answer is out: cutting the connection tells the client that it is not whole.
            logger.AnswerFailed(context.Request.Method, context.Request.Path, e);
            context.Abort();
        }
    }

    private Task AnswerAsync(HttpContext context, AuditEntry? entry)
    {
        RequestGuard.Check(context, credentials.ServerNames);
        var path = (context.Request.Path.Value ?? "").TrimEnd('/');
        var user = _authenticator.Authenticate(context.Request);
        if (entry is not null)
        {
            (entry.User, entry.Path) = (user, ApiPath.Parse(path) is { Resource.Length: > 0 } parsed ? parsed : null);
        }

        if (user.IsAnonymous && !ServerPages.IsOpenToAnybody(path))
        {
            throw ApiErrors.Unauthorized();
        }

        return TryFixedPath(context, user, path) ?? RouteAsync(context, user, path);
    }

    /// <remarks>Open to every user: what there is, is no secret to who may ask at all (<see cref="BuiltinRoles.OfEverybody"/>).</remarks>
    private Task? TryFixedPath(HttpContext context, UserIdentity user, string path)
    {
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            return null;
        }

        if (path.Length == 0 && !core.Authorizer.Allows(new(user, "get", Path: "/")))
        {
            throw new AccessAttributes(user, "get", Path: "/").Refusal();
        }

        return Pages.TryHandle(context, path) ?? _discovery.TryHandle(context, path);
    }

    private Task RouteAsync(HttpContext context, UserIdentity user, string path)
    {
        if (ApiPath.Parse(path) is not { Resource.Length: > 0 } parsed)
        {
            throw ApiErrors.NoSuchResource();
        }

        if (AccessReviews.Find(parsed) is { } review)
        {
            return Reviews.HandleAsync(context, user, review, parsed.Namespace);
        }

        if (UsageRequests.Find(parsed) is { } measured)
        {
            return _usage.HandleAsync(context, user, measured, parsed);
        }

        var resource = core.Catalog.Find(parsed.Group, parsed.Version, parsed.Resource) ?? throw ApiErrors.NoSuchResource();
        return _resources.HandleAsync(new ApiRequest(context, user, resource, parsed));
    }

    /// <summary>The one place where what went wrong becomes a status code.</summary>
    private Task RefuseAsync(HttpContext context, Exception e)
    {
        context.Response.Clear();
        switch (e)
        {
            case KubernetesApiException refusal:
                return AnswerWriter.WriteErrorAsync(context, refusal);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return AnswerWriter.WriteErrorAsync(context, ApiErrors.TooLarge(RequestBody.MaximumBytes));
            case BadHttpRequestException bad:
                return AnswerWriter.WriteErrorAsync(context, new(bad.StatusCode, "BadRequest", bad.Message));
            default:
                logger.RequestFailed(context.Request.Method, context.Request.Path, e);
                return AnswerWriter.WriteErrorAsync(context, new(500, "InternalError", $"Internal error occurred: {e.Message}"));
        }
    }
}
