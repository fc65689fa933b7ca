using System.Text.Json.Nodes;

namespace Inlet.Local.ApiServer.Patches;

/// <summary>
/// <c>$setElementOrder</c>: the elements it names come in its order; those it does not name (somebody else's, unknown to the
/// patch's author) keep their place relative to the named ones they stood before.
/// </summary>
internal static class ListOrder
{
    /// <param name="before">Identities in the order of the list before the patch.</param>
    public static List<T> Apply<T>(List<T> items, Func<T, JsonNode?> identity, List<JsonNode?> wanted, List<JsonNode?> before)
    {
        var named = items.Where(i => Index(wanted, identity(i)) >= 0).OrderBy(i => Index(wanted, identity(i))).ToList();
        var others = new Queue<T>(items.Where(i => Index(wanted, identity(i)) < 0));
        var result = new List<T>(items.Count);
        foreach (var item in named)
        {
            var place = Index(before, identity(item));
            while (place >= 0 && others.TryPeek(out var other) && Index(before, identity(other)) is >= 0 and var was && was < place)
            {
                result.Add(others.Dequeue());
            }

            result.Add(item);
        }

        result.AddRange(others);
        return result;
    }

    private static int Index(List<JsonNode?> list, JsonNode? item) => list.FindIndex(i => JsonNode.DeepEquals(i, item));
}
