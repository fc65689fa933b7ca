using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Requests;

namespace Inlet.Local.ApiServer.Discovery;

/// <summary>A resource whose objects are made when they are asked for: reviews, and measurements.</summary>
internal sealed record UnstoredResource(ResourceType Type, string Singular, params string[] Verbs)
{
    public static IReadOnlyList<UnstoredResource> All { get; } =
    [
        .. AccessReviews.Types.Select(t => new UnstoredResource(t, t.Kind.ToLowerInvariant(), "create")),
        new(UsageRequests.Nodes, "", "get", "list"),
        new(UsageRequests.Pods, "", "get", "list"),
    ];
}
