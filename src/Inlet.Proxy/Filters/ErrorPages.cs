using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One route's error pages, ready for the loops.</summary>
internal sealed class ErrorPages(ErrorPagePolicy policy, BackendKey? primary)
{
    /// <summary>Field lines that say whose error it is.</summary>
    public byte[] Fields { get; } = Encoding.ASCII.GetBytes(
        $"X-Namespace: {policy.Source.Namespace}\r\nX-Ingress-Name: {policy.Source.Name}\r\nX-Service-Name: {primary?.Service}\r\nX-Service-Port: {primary?.Port}\r\n");

    public bool ReplacesAny => policy.Statuses.Count > 0;

    /// <param name="byEndpoint">The answer is an endpoint's, not ours.</param>
    public bool Replaces(int status, bool byEndpoint) => !(byEndpoint && policy.KeepEndpoints) && policy.Statuses.AsSpan().Contains(status);
}
