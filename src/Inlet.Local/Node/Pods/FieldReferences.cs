using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>Reads a pod's field by its path (Kubernetes, "Downward API"), for environment variables and files.</summary>
internal static class FieldReferences
{
    /// <exception cref="ConfigurationException">There is no such field.</exception>
    public static string Read(PodFacts facts, string path)
    {
        var pod = facts.Pod;
        var spec = pod.Object("spec");
        return path switch
        {
            "metadata.name" => pod.Name(),
            "metadata.namespace" => pod.Namespace(),
            "metadata.uid" => pod.Uid(),
            "metadata.labels" => Map(pod.Labels()),
            "metadata.annotations" => Map(pod.Annotations()),
            "spec.nodeName" => spec.String("nodeName") ?? "",
            "spec.serviceAccountName" => spec.String("serviceAccountName") ?? "",
            "status.hostIP" or "status.hostIPs" => facts.HostAddress.ToString(),
            "status.podIP" or "status.podIPs" => facts.PodAddress.ToString(),
            _ when Subscript(path, "metadata.labels") is { } key => pod.Labels().String(key) ?? "",
            _ when Subscript(path, "metadata.annotations") is { } key => pod.Annotations().String(key) ?? "",
            _ => throw new ConfigurationException($"unsupported fieldPath: {path}"),
        };
    }

    /// <summary>The key in <c>metadata.labels['key']</c>.</summary>
    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) && path.Length > map.Length + 4
            ? path[(map.Length + 2)..^2]
            : null;

    // One line per entry, in order of keys, values quoted: what Kubernetes writes into downwardAPI files.
    private static string Map(JsonObject? map) =>
        string.Join('\n', (map ?? []).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={Quote(e.Value?.ToString() ?? "")}"));

    private static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
