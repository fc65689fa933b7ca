using System.Net;

using Inlet.Kubernetes;
using Inlet.Local.Credentials;
using Microsoft.AspNetCore.Http;

namespace Inlet.Local.ApiServer.Http;

/// <summary>
/// Keeps browsers out. A page that rebinds its own DNS name to this machine sends that name as Host; a page that guesses
/// the address sends an Origin. kubectl and client libraries do neither.
/// </summary>
internal static class RequestGuard
{
    /// <exception cref="KubernetesApiException">403.</exception>
    public static void Check(HttpContext context, ServerNames names)
    {
        var request = context.Request;
        if (request.Headers.Origin.Count > 0)
        {
            throw ApiErrors.Forbidden("requests from web pages (with an Origin header) are refused");
        }

        var host = request.Host.Host.TrimEnd('.').Trim('[', ']');
        if (!names.Contains(host) && !IsOwnAddress(context.Connection.LocalIpAddress, host))
        {
            throw ApiErrors.Forbidden(
                $"the host name \"{host}\" is not one of this server's: use localhost, 127.0.0.1 or an address it was started with (--bind)");
        }
    }

    // Bound to a wildcard, the server answers for whatever address of the machine the connection was made to.
    private static bool IsOwnAddress(IPAddress? local, string host) =>
        local is not null && IPAddress.TryParse(host, out var address)
        && (local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local).Equals(address);
}
