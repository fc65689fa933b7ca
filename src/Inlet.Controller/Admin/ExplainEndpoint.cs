using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Inlet.Controller;

internal delegate Task<JsonObject> ExplainHandler(ExplainRequest request, CancellationToken cancellationToken);

/// <summary>
/// <c>/explain?url=…[&amp;method=…][&amp;client=…][&amp;header=…]…</c>: how a request would fare by the routes and endpoints in
/// force. One at a time: each starts a data plane of its own.
/// </summary>
internal sealed class ExplainEndpoint(ExplainHandler explain)
{
    private int _busy;

    public async Task AnswerAsync(HttpContext context)
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status429TooManyRequests, "another request is being explained; ask again\n");
            return;
        }

        try
        {
            var query = context.Request.Query;
            var address = query["client"].FirstOrDefault() ?? "192.0.2.1";
            var client = IPAddress.TryParse(address, out var parsed) ? parsed : throw new ControllerException($"client={address}: write an IP address");
            var request = ExplainRequest.Parse(
                query["method"].FirstOrDefault() ?? "GET", query["url"].FirstOrDefault() ?? "", query["header"].OfType<string>(), client);
            var explanation = await explain(request, context.RequestAborted);
            await AdminEndpoint.TextAsync(context, StatusCodes.Status200OK, $"{explanation.ToJsonString()}\n", "application/json");
        }
        catch (ControllerException exception)
        {
            await AdminEndpoint.TextAsync(context, StatusCodes.Status400BadRequest, $"{exception.Message}\n");
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }
}
