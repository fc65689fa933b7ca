using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.ApiServer.Tables;

/// <summary>Values that several kinds print alike.</summary>
internal static class Cell
{
    public const string None = "<none>";

    public static string Age(JsonObject obj, DateTimeOffset now) =>
        HumanDuration.Age(Time(obj.Metadata().String("creationTimestamp")), now);

    public static DateTimeOffset? Time(string? text) => Timestamps.TryParse(text, out var time) ? time : null;

    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    /// <summary>A selector object in string form; none and empty both print <c>&lt;none&gt;</c>.</summary>
    public static string Selector(JsonObject? selector)
    {
        try
        {
            return OrNone(LabelSelector.FromObject(selector).ToString());
        }
        catch (SelectorFormatException)
        {
            return "<error>";
        }
    }

    public static string Map(JsonObject? labels) => OrNone(LabelSelector.FromMap(labels).ToString());

    /// <summary>The first three, and how many more there are.</summary>
    /// <param name="none">What an empty list prints.</param>
    public static string Some(IReadOnlyList<string> values, string none) => values.Count switch
    {
        0 => none,
        <= 3 => string.Join(',', values),
        _ => $"{string.Join(',', values.Take(3))} + {values.Count - 3} more...",
    };

    /// <summary>Addresses in <c>status.loadBalancer</c> of a Service or Ingress, sorted; empty while there are none.</summary>
    public static string LoadBalancer(JsonObject obj) => string.Join(',', obj.Object("status").Object("loadBalancer").Objects("ingress")
        .Select(i => i.String("ip") is { Length: > 0 } ip ? ip : i.String("hostname") ?? "")
        .Where(a => a.Length > 0).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The two columns CONTAINERS and IMAGES of a pod template.</summary>
    public static (string Names, string Images) Containers(JsonObject? podSpec)
    {
        var containers = podSpec.Objects("containers").ToList();
        return (string.Join(',', containers.Select(c => c.String("name"))), string.Join(',', containers.Select(c => c.String("image"))));
    }
}
