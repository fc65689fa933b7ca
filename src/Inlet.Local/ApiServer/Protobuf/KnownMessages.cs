using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Protobuf;

/// <summary>Which message a kind in a request body is: the served resources, and the kinds that only travel.</summary>
internal static class KnownMessages
{
    private const string Meta = "k8s.io.apimachinery.pkg.apis.meta.v1";

    public static string? Find(ResourceCatalog catalog, string apiVersion, string kind) => (apiVersion, kind) switch
    {
        // Clients send DeleteOptions in the group and version of the thing they delete.
        (_, "DeleteOptions") => $"{Meta}.DeleteOptions",
        ("autoscaling/v1", "Scale") => ScaleConversion.SchemaMessage,
        ("v1", "Binding") => "k8s.io.api.core.v1.Binding",
        ("policy/v1", "Eviction") => "k8s.io.api.policy.v1.Eviction",
        ("authentication.k8s.io/v1", "TokenRequest" or "SelfSubjectReview") => $"k8s.io.api.authentication.v1.{kind}",
        ("authorization.k8s.io/v1", "SelfSubjectAccessReview" or "SelfSubjectRulesReview") => $"k8s.io.api.authorization.v1.{kind}",
        _ => catalog.FindKind(apiVersion, kind)?.Version.SchemaMessage,
    };
}
