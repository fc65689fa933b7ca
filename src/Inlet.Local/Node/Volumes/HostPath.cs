using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Pods;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Volumes;

/// <summary>Checks a <c>hostPath</c> volume against its type, and makes what <c>…OrCreate</c> asks for.</summary>
internal static class HostPath
{
    /// <returns>The path on this machine.</returns>
    /// <exception cref="ConfigurationException">What is there is not of the type.</exception>
    public static string Prepare(JsonObject source)
    {
        var path = source.String("path") ?? "";
        var type = source.String("type") ?? "";
        Make(path, type);
        var fits = type switch
        {
            "" => Path.Exists(path),
            "Directory" or "DirectoryOrCreate" => Directory.Exists(path),
            "File" or "FileOrCreate" => IsKind(path, UnixFileKind.Regular),
            "Socket" => IsKind(path, UnixFileKind.Socket),
            "CharDevice" => IsKind(path, UnixFileKind.CharacterDevice),
            "BlockDevice" => IsKind(path, UnixFileKind.BlockDevice),
            _ => throw new ConfigurationException($"hostPath type {type} is not supported on this node"),
        };
        return fits ? path : throw new ConfigurationException(
            type.Length == 0 ? $"hostPath {path} does not exist" : $"hostPath type check failed: {path} is not a {Word(type)}");
    }

    private static void Make(string path, string type)
    {
        try
        {
            if (type == "DirectoryOrCreate")
            {
                Directory.CreateDirectory(path);
            }
            else if (type == "FileOrCreate" && !Path.Exists(path))
            {
                File.Open(path, FileMode.OpenOrCreate).Dispose();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"hostPath {path} cannot be made: {e.Message}");
        }
    }

    private static bool IsKind(string path, UnixFileKind kind) => FileStatus.Of(path)?.Kind == kind;

    private static string Word(string type) => type switch
    {
        "CharDevice" => "character device",
        "BlockDevice" => "block device",
        _ => type.Replace("OrCreate", "", StringComparison.Ordinal).ToLowerInvariant(),
    };
}
