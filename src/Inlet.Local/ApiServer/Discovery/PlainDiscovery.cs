using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.ApiServer.Discovery;

/// <summary>meta.k8s.io's <c>APIResourceList</c>: discovery as it was before 1.26.</summary>
internal static class PlainDiscovery
{
    public static JsonObject Resources(ServedGroupVersion version, IEnumerable<UnstoredResource> unstored)
    {
        var resources = new JsonArray();
        foreach (var served in version.Resources)
        {
            AddResource(resources, served);
        }

        foreach (var resource in unstored)
        {
            resources.Add(new JsonObject
            {
                ["name"] = resource.Type.Plural,
                ["singularName"] = resource.Singular,
                ["namespaced"] = resource.Type.Namespaced,
                ["kind"] = resource.Type.Kind,
                ["verbs"] = Strings(resource.Verbs),
            });
        }

        return WithKind(new JsonObject { ["groupVersion"] = version.ApiVersion, ["resources"] = resources }, "APIResourceList");
    }

    public static JsonObject WithKind(JsonObject json, string kind)
    {
        json.Insert(0, "kind", kind);
        json.Insert(1, "apiVersion", "v1");
        return json;
    }

    private static void AddResource(JsonArray resources, ServedResource served)
    {
        var definition = served.Definition;
        var type = served.Version.Type;
        var resource = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = definition.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Strings(definition.Verbs),
        };
        AddNames(resource, served);
        resources.Add(resource);
        foreach (var subresource in definition.Subresources)
        {
            resources.Add(new JsonObject
            {
                ["name"] = $"{type.Plural}/{subresource.Name}",
                ["singularName"] = "",
                ["namespaced"] = type.Namespaced,
                ["group"] = subresource.Group,
                ["version"] = subresource.Version,
                ["kind"] = subresource.Kind,
                ["verbs"] = Strings(subresource.Verbs),
            });
        }
    }

    /// <summary>
    /// Short names and categories, left out where there are none; both forms of discovery name them alike. Only the
    /// resource's own group has short names: kubectl warns of every other group that has the same one.
    /// </summary>
    internal static void AddNames(JsonObject resource, ServedResource served)
    {
        var definition = served.Definition;
        if (definition.ShortNames.Count > 0 && served.Version.Type.Group == definition.Type.Group)
        {
            resource["shortNames"] = Strings(definition.ShortNames);
        }

        if (definition.Categories.Count > 0)
        {
            resource["categories"] = Strings(definition.Categories);
        }
    }

    internal static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
