using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Controllers.Namespaces;

/// <summary>What a namespace says while it is being emptied: kubectl shows it to those who wait.</summary>
internal static class NamespaceStatus
{
    /// <param name="remaining">What is still there, at least one object of each type given.</param>
    public static JsonObject Of(JsonObject ns, IReadOnlyDictionary<ResourceType, IReadOnlyList<JsonObject>> remaining, DateTimeOffset now)
    {
        var status = (ns.Object("status") ?? []).DeepClone().AsObject();
        Set("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered");
        Set("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed");
        Set("NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization");

        var kinds = remaining.Select(type => $"{type.Key.Plural}.{type.Key.Group} has {type.Value.Count} resource instances").Order(StringComparer.Ordinal);
        Set("NamespaceContentRemaining", "True", "SomeResourcesRemain", $"Some resources are remaining: {string.Join(", ", kinds)}");

        var finalizers = remaining.SelectMany(type => type.Value)
            .SelectMany(item => item.Metadata().Array("finalizers")?.Select(finalizer => finalizer?.ToString() ?? "") ?? [])
            .GroupBy(finalizer => finalizer).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key} in {group.Count()} resource instances").ToList();
        if (finalizers.Count > 0)
        {
            Set("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
                $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}");
        }
        else
        {
            Set("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished");
        }

        return status;

        void Set(string type, string value, string reason, string message)
        {
            // The message counts the rest down: as long as it says the same, nothing is written.
            if (Conditions.Find(status, type) is { } known && known.String("status") == value && known.String("message") == message)
            {
                return;
            }

            Conditions.Renew(status, new JsonObject
            {
                ["type"] = type,
                ["status"] = value,
                ["lastTransitionTime"] = Timestamps.Format(now),
                ["reason"] = reason,
                ["message"] = message,
            });
        }
    }
}
