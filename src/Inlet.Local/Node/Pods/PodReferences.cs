using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>Which ConfigMaps and Secrets a pod's environment and volumes are made of.</summary>
internal static class PodReferences
{
    public static IReadOnlySet<(ResourceType Type, string Name)> Of(JsonObject pod)
    {
        var spec = pod.Object("spec");
        var references = new HashSet<(ResourceType, string)>();
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            foreach (var source in container.Objects("envFrom"))
            {
                Add(references, ResourceTypes.ConfigMaps, source.Object("configMapRef").String("name"));
                Add(references, ResourceTypes.Secrets, source.Object("secretRef").String("name"));
            }

            foreach (var from in container.Objects("env").Select(e => e.Object("valueFrom")))
            {
                Add(references, ResourceTypes.ConfigMaps, from.Object("configMapKeyRef").String("name"));
                Add(references, ResourceTypes.Secrets, from.Object("secretKeyRef").String("name"));
            }
        }

        foreach (var volume in spec.Objects("volumes").SelectMany(v => v.Object("projected").Objects("sources").Prepend(v)))
        {
            Add(references, ResourceTypes.ConfigMaps, volume.Object("configMap").String("name"));
            Add(references, ResourceTypes.Secrets, volume.Object("secret").String("secretName") ?? volume.Object("secret").String("name"));
        }

        return references;
    }

    private static void Add(HashSet<(ResourceType Type, string Name)> references, ResourceType type, string? name)
    {
        if (!string.IsNullOrEmpty(name))
        {
            references.Add((type, name));
        }
    }
}
