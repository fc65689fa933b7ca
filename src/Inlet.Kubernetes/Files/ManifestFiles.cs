using System.Text;
using System.Text.Json.Nodes;

namespace Inlet.Kubernetes;

/// <summary>
/// What the watched files say, file by file. A file that does not parse keeps the objects it last had; one that is empty or
/// gone for a moment, because an editor is about to write it anew, does too.
/// </summary>
internal sealed class ManifestFiles(IReadOnlyList<string> paths)
{
    internal static readonly Dictionary<(string ApiVersion, string Kind), ResourceType> Served = new()
    {
        [("networking.k8s.io/v1", "Ingress")] = ResourceTypes.Ingresses,
        [("networking.k8s.io/v1beta1", "Ingress")] = ResourceTypes.Ingresses,
        [("extensions/v1beta1", "Ingress")] = ResourceTypes.Ingresses,
        [("networking.k8s.io/v1", "IngressClass")] = ResourceTypes.IngressClasses,
        [("v1", "Service")] = ResourceTypes.Services,
        [("v1", "Secret")] = ResourceTypes.Secrets,
        [("v1", "ConfigMap")] = ResourceTypes.ConfigMaps,
        [("discovery.k8s.io/v1", "EndpointSlice")] = ResourceTypes.EndpointSlices,
    };

    private Dictionary<string, FileState> _files = [];

    /// <summary>Whether a file that had objects before was empty or gone at the last reading: worth another look soon.</summary>
    public bool AwaitsContent { get; private set; }

    /// <summary>Reads every file again and parses those whose bytes changed.</summary>
    /// <param name="acceptLoss">Whether a file that lost its content, or is gone, is now believed.</param>
    /// <exception cref="ManifestException">One of the paths does not exist, at the first reading.</exception>
    public void Read(bool acceptLoss)
    {
        var files = new Dictionary<string, FileState>();
        AwaitsContent = false;
        foreach (var path in paths)
        {
            foreach (var file in Find(path))
            {
                var known = _files.GetValueOrDefault(file);
                if (ReadOne(file, known, acceptLoss) is { } state)
                {
                    files.TryAdd(file, state with { IsGone = false });
                }
            }
        }

        foreach (var (file, known) in _files)
        {
            // Last, so that the file it was renamed to comes first.
            if (!acceptLoss && known.Objects.Count > 0 && files.TryAdd(file, known with { IsGone = true }))
            {
                AwaitsContent = true;
            }
        }

        _files = files;
    }

    /// <summary>All objects in force, and what is wrong. Of two with the same name the first in order of paths stands.</summary>
    public (Dictionary<(ResourceType Type, ObjectKey Key), ManifestObject> Objects, List<FileProblem> Problems) Collect()
    {
        var objects = new Dictionary<(ResourceType, ObjectKey), ManifestObject>();
        var problems = new List<FileProblem>();
        foreach (var (file, state) in _files)
        {
            problems.AddRange(state.Problems);
            foreach (var (type, obj) in state.Objects)
            {
                var key = ObjectKey.Of(obj.Object);
                if (!objects.TryAdd((type, key), obj) && !state.IsGone)
                {
                    problems.Add(new FileProblem(file,
                        $"{obj.Position}: {type.Kind} {key} is already in {objects[(type, key)].Position}; that one stands. Remove or rename one of them."));
                }
            }
        }

        return (objects, problems);
    }

    private IReadOnlyList<string> Find(string path)
    {
        try
        {
            return ManifestReader.Files(path);
        }
        catch (Exception) when (_files.Count > 0)
        {
            // Gone, perhaps for a moment: an editor replaces files, a volume its directory.
            return [];
        }
    }

    private FileState? ReadOne(string file, FileState? known, bool acceptLoss)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (known ?? FileState.Nothing) with { Problems = [new FileProblem(file, $"{file}: {exception.Message}")] };
        }

        if (known is not null && known.Content.AsSpan().SequenceEqual(content))
        {
            return known;
        }

        if (content.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0 && known is { Objects.Count: > 0 } && !acceptLoss)
        {
            AwaitsContent = true;
            return known;
        }

        try
        {
            return Parse(file, content);
        }
        catch (ManifestException exception)
        {
            var kept = known is { Objects.Count: > 0 } ? " The objects it had before stay in force." : "";
            return (known ?? FileState.Nothing) with { Content = content, Problems = [new FileProblem(file, $"{exception.Message}.{kept}")] };
        }
    }

    private static FileState Parse(string file, byte[] content)
    {
        var objects = new List<(ResourceType, ManifestObject)>();
        var problems = new List<FileProblem>();
        foreach (var obj in ManifestReader.Parse(Decode(file, content), file))
        {
            if (!Served.TryGetValue((obj.Object.String("apiVersion")!, obj.Object.String("kind")!), out var type))
            {
                problems.Add(new FileProblem(file,
                    $"{obj.Position}: {obj.Object.String("apiVersion")} {obj.Object.String("kind")} is not used here; only Ingress, IngressClass, Service, EndpointSlice, Secret and ConfigMap are."));
            }
            else if (Complete(type, obj.Object) is { } problem)
            {
                problems.Add(new FileProblem(file, $"{obj.Position}: {problem}"));
            }
            else
            {
                objects.Add((type, obj));
            }
        }

        return new FileState(content, objects, problems);
    }

    private static string Decode(string file, byte[] content)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ManifestException(file, 0, 0, "is not UTF-8 text", exception);
        }
    }

    /// <summary>Does what an API server does on create, as far as the ingress half depends on it.</summary>
    internal static string? Complete(ResourceType type, JsonObject obj)
    {
        if (obj.Name().Length == 0)
        {
            return $"the {type.Kind} has no metadata.name";
        }

        if (type.Namespaced && obj.Namespace().Length == 0)
        {
            obj.GetOrAddObject("metadata")["namespace"] = "default";
        }

        if (type == ResourceTypes.Ingresses && OldIngressForms.IsOld(obj.String("apiVersion")!))
        {
            OldIngressForms.ToV1(obj);
        }

        if (type == ResourceTypes.Secrets && obj.Object("stringData") is { } plain)
        {
            var data = obj.GetOrAddObject("data");
            foreach (var (key, value) in plain)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value?.ToString() ?? ""));
            }

            obj.Remove("stringData");
        }

        return null;
    }

    private sealed record FileState(
        byte[] Content, List<(ResourceType Type, ManifestObject Object)> Objects, List<FileProblem> Problems, bool IsGone = false)
    {
        public static FileState Nothing { get; } = new([], [], []);
    }
}
