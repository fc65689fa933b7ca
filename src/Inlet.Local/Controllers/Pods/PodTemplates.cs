using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Local.Controllers.Pods;

/// <summary>Compares pod templates, and names them by a hash: the label <c>pod-template-hash</c> tells a Deployment's ReplicaSets apart.</summary>
internal static class PodTemplates
{
    public const string HashLabel = "pod-template-hash";

    // Kubernetes' alphabet for generated names: no vowels, so that no words come out.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Whether two templates make the same pods, but for the hash label.</summary>
    public static bool AreEqual(JsonObject? a, JsonObject? b) => Canonical(a) == Canonical(b);

    /// <summary>
    /// A short name for the template. It is remembered in ReplicaSets, so it must come out the same in every version of Inlet.
    /// </summary>
    /// <param name="collisions">How often another template was found under the name this one would have got.</param>
    public static string Hash(JsonObject? template, long collisions)
    {
        // FNV-1a, 32 bits.
        var hash = 2166136261u;
        foreach (var octet in Encoding.UTF8.GetBytes(collisions == 0 ? Canonical(template) : $"{Canonical(template)}#{collisions}"))
        {
            hash = (hash ^ octet) * 16777619u;
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
    }

    /// <summary>Text that is the same for templates that mean the same: keys in order, without what is empty or null.</summary>
    private static string Canonical(JsonObject? template)
    {
        var text = new StringBuilder();
        Write(text, template, path: 0, inLabels: false);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int path, bool inLabels)
    {
        switch (node)
        {
            case JsonObject obj:
                text.Append('{');
                foreach (var (key, value) in obj.Where(p => !IsEmpty(p.Value)).OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    // The directive is no part of the template a revision keeps.
                    if ((inLabels && key == HashLabel) || (path == 0 && key == "$patch"))
                    {
                        continue;
                    }

                    text.Append('"').Append(key).Append("\":");
                    Write(text, value, path + 1, inLabels: path == 1 && key == "labels");
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray array:
                text.Append('[');
                foreach (var element in array)
                {
                    Write(text, element, path + 1, inLabels: false);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    // Empty structs mean something (emptyDir: {}), so only what Go leaves out of its JSON goes: null, empty lists, and the
    // creationTimestamp clients send in templates.
    private static bool IsEmpty(JsonNode? node) => node is null or JsonArray { Count: 0 };
}
