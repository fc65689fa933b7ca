using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>One object of a manifest and where it begins, for messages about it.</summary>
/// <param name="Object">Has string <c>apiVersion</c> and <c>kind</c>; nothing else is checked.</param>
/// <param name="File">Path as given, or <c>stdin</c>.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based.</param>
public sealed record ManifestObject(JsonObject Object, string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c></summary>
    public string Position => $"{File}:{Line}:{Column}";
}
