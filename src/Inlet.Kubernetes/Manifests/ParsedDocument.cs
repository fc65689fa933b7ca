using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>One document and the positions of its objects and arrays.</summary>
internal sealed class ParsedDocument(string file, (int Line, int Column) start)
{
    private readonly Dictionary<JsonNode, (int Line, int Column)> _positions = new(ReferenceEqualityComparer.Instance);

    public string File { get; } = file;

    public JsonNode? Root { get; set; }

    public void Place(JsonNode node, (int Line, int Column) position) => _positions[node] = position;

    public (int Line, int Column) Position(JsonNode? node) => node is not null && _positions.TryGetValue(node, out var position) ? position : start;
}
