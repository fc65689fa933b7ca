using System.Text.Json;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Apply;

/// <summary>
/// kubectl's memory of what was applied last (annotation <c>kubectl.kubernetes.io/last-applied-configuration</c>), and the
/// three-way merge over it. Written in kubectl's form, so that kubectl and <c>inlet up</c> can take turns on one object.
/// </summary>
internal static class LastApplied
{
    public const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>The manifest with itself remembered.</summary>
    public static JsonObject Remember(JsonObject manifest)
    {
        var obj = manifest.DeepClone().AsObject();
        var annotations = obj.GetOrAddObject("metadata").GetOrAddObject("annotations");
        annotations.Remove(Annotation);
        // kubectl ends the text with a line feed; without one its own next apply would see a difference.
        annotations[Annotation] = obj.ToJsonString() + "\n";
        return obj;
    }

    public static JsonObject? Read(JsonObject obj)
    {
        try
        {
            return obj.Annotations().String(Annotation) is { } text ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (JsonException)
        {
            // Edited by hand: then nothing is known to have been applied, and nothing is deleted.
            return null;
        }
    }

    /// <summary>
    /// The merge patch (RFC 7386) that brings <paramref name="current"/> to <paramref name="wanted"/>: fields set by others
    /// stay, fields applied before and no longer wanted go, lists are replaced whole.
    /// </summary>
    public static JsonObject Patch(JsonObject? before, JsonObject wanted, JsonObject current)
    {
        var patch = new JsonObject();
        foreach (var (key, value) in wanted)
        {
            if (value is JsonObject wantedChild && current[key] is JsonObject currentChild)
            {
                if (Patch(before.Object(key), wantedChild, currentChild) is { Count: > 0 } child)
                {
                    patch[key] = child;
                }
            }
            else if (!JsonNode.DeepEquals(value, current[key]))
            {
                patch[key] = value?.DeepClone();
            }
        }

        foreach (var (key, _) in before ?? [])
        {
            if (!wanted.ContainsKey(key) && current.ContainsKey(key))
            {
                patch[key] = null;
            }
        }

        return patch;
    }
}
