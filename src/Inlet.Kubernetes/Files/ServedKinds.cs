using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>The kinds that the ingress half reads from files, for those who read files without watching them.</summary>
public static class ServedKinds
{
    /// <returns>Null for an object of another kind.</returns>
    public static ResourceType? Find(JsonObject obj) =>
        ManifestFiles.Served.GetValueOrDefault((obj.String("apiVersion") ?? "", obj.String("kind") ?? ""));

    /// <inheritdoc cref="ManifestFiles.Complete"/>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Complete(ResourceType type, JsonObject obj) => ManifestFiles.Complete(type, obj);
}
