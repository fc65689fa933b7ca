using System.Text;
using Inlet.Model;

namespace Inlet.Proxy;

/// <summary>One route's mirror, ready for the loops.</summary>
internal sealed class RequestMirror(MirrorPolicy policy)
{
    public RequestTemplate Target { get; } = new(policy.Target);

    /// <summary>Empty: that of <see cref="Target"/>.</summary>
    public byte[] Host { get; } = Encoding.ASCII.GetBytes(policy.Host ?? "");

    public bool WithBody => policy.WithBody;
}
