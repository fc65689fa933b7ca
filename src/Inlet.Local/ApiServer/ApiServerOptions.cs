using System.Net;

namespace Inlet.Local.ApiServer;

/// <summary>Where and how the API is served over HTTPS.</summary>
public sealed record ApiServerOptions
{
    public IPAddress Bind { get; init; } = IPAddress.Loopback;

    /// <summary>0 picks a free port; <see cref="ApiServerHost.EndPoint"/> tells which.</summary>
    public int Port { get; init; } = 6443;

    /// <summary>File that gets a line for each request; null writes none.</summary>
    public string? AuditLog { get; init; }
}
