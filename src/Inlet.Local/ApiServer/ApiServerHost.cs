using System.Net;
using System.Net.Sockets;

using Inlet.Local.ApiServer.Audit;
using Inlet.Local.ApiServer.Http;
using Inlet.Local.Credentials;
using Inlet.Local.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.ApiServer;

/// <summary>
/// The API server over HTTPS, from start to disposal. An empty Kestrel without routing, configuration files or middleware:
/// what it leaves out is most of the time a web server takes to start.
/// </summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    /// <summary>How long requests in flight may take to end once the server stops; watches and followed logs end at once.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private readonly AuditLog? _audit;
    private bool _disposed;

    private ApiServerHost(WebApplication app, CancellationTokenSource stopping, AuditLog? audit)
    {
        _audit = audit;
        _app = app;
        _stopping = stopping;
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        EndPoint = new(IPAddress.Parse(address.Host.Trim('[', ']')), address.Port);
    }

    /// <summary>The address and port really bound.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Returns once the server answers.</summary>
    /// <exception cref="ApiServerException">The address cannot be bound, or the audit log not be written.</exception>
    public static async Task<ApiServerHost> StartAsync(
        ApiServerOptions options, ApiCore core, ClusterCredentials credentials, IPodAgent agent, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options, credentials));
        var audit = options.AuditLog is { } path ? AuditLog.Open(path) : null;
        var stopping = new CancellationTokenSource();
        var app = builder.Build();
        var pipeline = new ApiServerPipeline(core, credentials, agent, audit, loggers.CreateLogger("Inlet.ApiServer"), stopping.Token);
        app.UseWebSockets();
        app.Run(pipeline.HandleAsync);
        try
        {
            await app.StartAsync(cancellationToken);
            return new(app, stopping, audit);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await CloseAsync(app, audit);
            stopping.Dispose();
            throw new ApiServerException(
                $"cannot listen on {new IPEndPoint(options.Bind, options.Port)} for the Kubernetes API: {Reason(e)}; "
                + "choose another port with --api-port, or another address with --bind", e);
        }
        catch
        {
            await CloseAsync(app, audit);
            stopping.Dispose();
            throw;
        }
    }

    /// <summary>Ends watches and followed logs at once, lets other requests finish for up to three seconds, then closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        using var limit = new CancellationTokenSource(StopWithin);
        await _app.StopAsync(limit.Token);
        await CloseAsync(_app, _audit);
        _stopping.Dispose();
    }

    private static async Task CloseAsync(WebApplication app, AuditLog? audit)
    {
        await app.DisposeAsync();
        if (audit is not null)
        {
            await audit.DisposeAsync();
        }
    }

    private static void Configure(KestrelServerOptions kestrel, ApiServerOptions options, ClusterCredentials credentials)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBody.MaximumDrainedBytes;
        // Somebody may read a followed log with less: a client that stops reading for a while is no attack here.
        kestrel.Limits.MinResponseDataRate = null;
        // One client library puts every watch of a program on one connection; Kestrel's 100 is fewer than a large controller has.
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Listen(options.Bind, options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(credentials.ServerCertificate);
        });
    }

    private static string Reason(Exception e) => e.InnerException switch
    {
        AddressInUseException => "the address is already in use",
        { } inner => inner.Message,
        null => e.Message,
    };
}
