using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// Reads Kubernetes objects from YAML and JSON as kubectl does: any number of documents per file, <c>kind: List</c>
/// expanded, directories recursively. Unlike kubectl, a key written twice is an error: its first value would be lost.
/// </summary>
public static class ManifestReader
{
    private static readonly string[] Extensions = [".json", ".yaml", ".yml"];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="paths">Files, directories, or <c>-</c> for <paramref name="standardInput"/>; in this order.</param>
    /// <exception cref="ManifestException">The first problem found; nothing is returned then.</exception>
    public static IReadOnlyList<ManifestObject> Read(IEnumerable<string> paths, TextReader? standardInput = null)
    {
        var objects = new List<ManifestObject>();
        foreach (var path in paths)
        {
            if (path == "-")
            {
                objects.AddRange(Parse((standardInput ?? Console.In).ReadToEnd(), "stdin"));
                continue;
            }

            foreach (var file in Files(path))
            {
                objects.AddRange(ReadFile(file));
            }
        }

        return objects;
    }

    /// <summary>The file itself, or a directory's *.yaml, *.yml and *.json with those of its sub-directories, in ordinal order of their paths.</summary>
    /// <exception cref="ManifestException">There is no such file or directory.</exception>
    public static IReadOnlyList<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new ManifestException(path, 0, 0, "no such file or directory");
        }

        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsManifest).Order(StringComparer.Ordinal).ToList();
    }

    public static bool IsManifest(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ManifestException"/>
    public static IReadOnlyList<ManifestObject> ReadFile(string file)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(File.ReadAllBytes(file));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ManifestException(file, 0, 0, "is not UTF-8 text", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException(file, 0, 0, exception.Message, exception);
        }

        return Parse(text, file);
    }

    /// <param name="file">Named in positions; decides between YAML and JSON only together with the text.</param>
    /// <exception cref="ManifestException"/>
    public static IReadOnlyList<ManifestObject> Parse(string text, string file)
    {
        text = text.TrimStart('\uFEFF');
        var objects = new List<ManifestObject>();
        foreach (var document in Documents(text, file))
        {
            Expand(document, document.Root, document.Position(document.Root), objects);
        }

        return objects;
    }

    private static IReadOnlyList<ParsedDocument> Documents(string text, string file)
    {
        // As kubectl: a brace says JSON. What is not JSON after all is a YAML flow mapping; a .json file has to be JSON.
        if (text.AsSpan().TrimStart().StartsWith("{"))
        {
            try
            {
                return JsonDocuments.Parse(text, file);
            }
            catch (ManifestException) when (!file.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            {
            }
        }

        YamlCharacters.Check(text, file);
        return YamlDocuments.Parse(text, file);
    }

    private static void Expand(ParsedDocument document, JsonNode? node, (int Line, int Column) position, List<ManifestObject> objects)
    {
        if (node is null)
        {
            return;
        }

        if (node is not JsonObject obj)
        {
            throw new ManifestException(document.File, position.Line, position.Column, "a Kubernetes object was expected here, with apiVersion and kind");
        }

        var apiVersion = obj.String("apiVersion");
        var kind = obj.String("kind");
        if (string.IsNullOrEmpty(apiVersion) || string.IsNullOrEmpty(kind))
        {
            var missing = string.IsNullOrEmpty(kind) ? "kind" : "apiVersion";
            throw new ManifestException(document.File, position.Line, position.Column, $"the object has no {missing}");
        }

        if (!kind.EndsWith("List", StringComparison.Ordinal) || obj["items"] is not JsonArray items)
        {
            objects.Add(new ManifestObject(obj, document.File, position.Line, position.Column));
            return;
        }

        foreach (var item in items.ToList())
        {
            // Positions are known by node, so look up before the item leaves its list.
            var itemPosition = item is null ? position : document.Position(item);
            items.Remove(item);
            Expand(document, item, itemPosition, objects);
        }
    }
}
