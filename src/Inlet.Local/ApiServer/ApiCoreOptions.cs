using System.Net;

namespace Inlet.Local.ApiServer;

public sealed record ApiCoreOptions
{
    /// <summary>Where Services get their cluster addresses from; IPv4, at most 65,536 addresses. The first belongs to the <c>kubernetes</c> Service.</summary>
    public IPNetwork ServiceNetwork { get; init; } = IPNetwork.Parse("10.96.0.0/24");

    /// <summary>First port NodePort Services may have; Kubernetes' default range.</summary>
    public int FirstNodePort { get; init; } = 30000;

    public int LastNodePort { get; init; } = 32767;

    /// <summary>How often a watch that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Address of the <c>kubernetes</c> Service.</summary>
    public IPAddress KubernetesServiceAddress
    {
        get
        {
            var bytes = ServiceNetwork.BaseAddress.GetAddressBytes();
            bytes[^1]++;
            return new(bytes);
        }
    }
}
