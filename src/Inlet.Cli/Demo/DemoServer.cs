using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inlet.Cli.Demo;

/// <summary>
/// Answers every request with its own name, version and pod, and with what was asked; the environment is as the process got
/// it, files are read anew for each answer. <c>POST</c> bodies are counted, not shown.
/// </summary>
internal static class DemoServer
{
    /// <exception cref="IOException">The port cannot be bound.</exception>
    public static async Task RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(options.Bind, options.Port);
        });
        // A pod being replaced has answered what it took on before it goes.
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, options));
        await app.StartAsync(cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine($"{options.Name} {options.Version} listens on {new IPEndPoint(options.Bind, new Uri(address).Port)}");
        await WaitAsync(cancellationToken);
        await app.StopAsync(CancellationToken.None);
    }

    private static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }

    private static async Task AnswerAsync(HttpContext context, DemoOptions options)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var answer = DemoAnswer.Of(context.Request, options);
        var json = context.Request.Headers.Accept.Any(static accept => accept?.Contains("application/json", StringComparison.OrdinalIgnoreCase) == true);
        context.Response.ContentType = json ? "application/json" : "text/plain; charset=utf-8";
        await context.Response.WriteAsync(json ? answer.ToJson() : answer.ToText(), context.RequestAborted);
    }
}
