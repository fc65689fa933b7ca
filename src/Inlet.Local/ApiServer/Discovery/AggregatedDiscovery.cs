using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Discovery;

/// <summary>apidiscovery.k8s.io's <c>APIGroupDiscoveryList</c>: every group, version and resource in one document.</summary>
internal static class AggregatedDiscovery
{
    /// <param name="apiVersion"><c>v2</c> or <c>v2beta1</c>; their fields are the same.</param>
    public static JsonObject Build(
        IEnumerable<ServedGroup> groups, Func<ServedGroupVersion, IEnumerable<UnstoredResource>> unstored, string apiVersion) => new()
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"apidiscovery.k8s.io/{apiVersion}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(g => (JsonNode)Group(g, unstored))]),
        };

    private static JsonObject Group(ServedGroup group, Func<ServedGroupVersion, IEnumerable<UnstoredResource>> unstored) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = group.Name, ["creationTimestamp"] = null },
        ["versions"] = new JsonArray([.. group.Versions.Select(v => (JsonNode)new JsonObject
        {
            ["version"] = v.Version,
            ["resources"] = new JsonArray([.. v.Resources.Select(Resource), .. unstored(v).Select(Unstored)]),
            ["freshness"] = "Current",
        })]),
    };

    private static JsonObject Resource(ServedResource served)
    {
        var definition = served.Definition;
        var type = served.Version.Type;
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = Kind(type.Group, type.Version, type.Kind),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = definition.Singular,
            ["verbs"] = PlainDiscovery.Strings(definition.Verbs),
        };
        PlainDiscovery.AddNames(resource, served);
        if (definition.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([.. definition.Subresources.Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = Kind(s.Group, s.Version, s.Kind),
                ["verbs"] = PlainDiscovery.Strings(s.Verbs),
            })]);
        }

        return resource;
    }

    private static JsonObject Unstored(UnstoredResource resource) => new()
    {
        ["resource"] = resource.Type.Plural,
        ["responseKind"] = Kind(resource.Type.Group, resource.Type.Version, resource.Type.Kind),
        ["scope"] = resource.Type.Namespaced ? "Namespaced" : "Cluster",
        ["singularResource"] = resource.Singular,
        ["verbs"] = PlainDiscovery.Strings(resource.Verbs),
    };

    private static JsonObject Kind(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
}
