using System.Xml.Linq;

namespace Inlet.Architecture.Tests;

/// <summary>The sources as they lie in the checkout these tests were built from.</summary>
internal static class Tree
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Names of the projects below <c>src</c>.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Directory.EnumerateDirectories(At("src")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    /// <summary>C# files below a folder of the root, with their paths from the root.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(At(folder), "*.cs", SearchOption.AllDirectories).Select(static path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);

    /// <summary>Names of the projects that a project file references.</summary>
    public static IReadOnlyList<string> References(string project) =>
        [.. XDocument.Load(At("src", project, project + ".csproj")).Descendants("ProjectReference")
            .Select(static reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)).Order(StringComparer.Ordinal)];

    private static string Find(string directory) =>
        File.Exists(Path.Combine(directory, "Inlet.slnx"))
            ? directory
            : Find(Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Inlet.slnx is not above the tests"));
}
