using System.Net;

using Inlet.Local.Credentials;
using Inlet.Local.Node;
using Microsoft.Extensions.Logging;

namespace Inlet.Local.ApiServer;

/// <summary>The API server over HTTPS, from start to disposal.</summary>
public sealed class ApiServerHost : IAsyncDisposable
{
    private ApiServerHost()
    {
    }

    /// <summary>The address and port really bound.</summary>
    public IPEndPoint EndPoint => throw new NotImplementedException();

    /// <exception cref="ApiServerException">The address cannot be bound.</exception>
    public static Task<ApiServerHost> StartAsync(
        ApiServerOptions options, ApiCore core, ClusterCredentials credentials, IPodLogs logs, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
