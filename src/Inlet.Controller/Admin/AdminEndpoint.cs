using System.Net;
using Inlet.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inlet.Controller;

/// <summary>
/// <c>/healthz</c> (the process lives), <c>/readyz</c> (200 from the first full table until shutdown begins, 503 otherwise) and
/// <c>/metrics</c> (Prometheus text) and <c>/explain</c> (for <c>inlet explain --server</c>). An empty Kestrel: no routing, configuration files or hosting of its own.
/// </summary>
internal sealed class AdminEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdminEndpoint(WebApplication app) => _app = app;

    public int Port { get; private set; }

    /// <exception cref="ControllerException">The port cannot be bound.</exception>
    public static async Task<AdminEndpoint> StartAsync(IPAddress bind, int port, Func<bool> isReady, ProxyMetrics metrics, ExplainHandler explain, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(bind, port);
        });
        var app = builder.Build();
        var explaining = new ExplainEndpoint(explain);
        app.Run(context => AnswerAsync(context, isReady, metrics, explaining));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new ControllerException($"cannot listen on {new IPEndPoint(bind, port)} for health and metrics: {exception.Message} Choose another with --admin-port.", exception);
        }

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new AdminEndpoint(app) { Port = new Uri(address).Port };
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static Task AnswerAsync(HttpContext context, Func<bool> isReady, ProxyMetrics metrics, ExplainEndpoint explaining)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case "/healthz":
                return TextAsync(context, StatusCodes.Status200OK, "ok\n");
            case "/readyz":
                return isReady() ? TextAsync(context, StatusCodes.Status200OK, "ok\n") : TextAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready\n");
            case "/metrics":
                var text = new StringWriter { NewLine = "\n" };
                metrics.WritePrometheus(text);
                return TextAsync(context, StatusCodes.Status200OK, text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
            case "/explain":
                return explaining.AnswerAsync(context);
            default:
                return TextAsync(context, StatusCodes.Status404NotFound, "there are /healthz, /readyz, /metrics and /explain\n");
        }
    }

    internal static Task TextAsync(HttpContext context, int status, string text, string contentType = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
