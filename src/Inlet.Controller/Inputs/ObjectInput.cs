using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Controller;

/// <summary>One object as it was read.</summary>
/// <param name="Origin">Where it was read from; null for one from a cluster.</param>
public sealed record InputObject(ResourceType Type, JsonObject Object, ManifestObject? Origin);

/// <summary>The objects that lint and explain look at, from files or a cluster, read once.</summary>
public sealed class ObjectInput
{
    private static readonly ResourceType[] FromCluster =
        [ResourceTypes.IngressClasses, ResourceTypes.Services, ResourceTypes.EndpointSlices, ResourceTypes.Secrets, ResourceTypes.ConfigMaps, ResourceTypes.Ingresses];

    private readonly List<InputObject> _objects = [];
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<string, FieldPositions> _positions = [];

    public IReadOnlyList<InputObject> Objects => _objects;

    /// <summary>What could not be read, one sentence each, with its place.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public int Files => _texts.Count;

    /// <summary>Reads what can be read: a file that cannot is a problem of its own.</summary>
    /// <param name="paths">Files, directories, or <c>-</c> for <paramref name="standardInput"/>.</param>
    public static ObjectInput Read(IEnumerable<string> paths, TextReader standardInput)
    {
        var input = new ObjectInput();
        foreach (var path in paths)
        {
            input.Try(() =>
            {
                foreach (var file in path == "-" ? [path] : ManifestReader.Files(path))
                {
                    input.Try(() => input.ReadFile(file, standardInput));
                }
            });
        }

        return input;
    }

    /// <summary>Lists what Ingresses depend on. Secrets that may not be read are left out.</summary>
    /// <exception cref="KubernetesApiException">The Ingresses cannot be listed.</exception>
    public static async Task<ObjectInput> ReadAsync(IKubernetesApi api, CancellationToken cancellationToken)
    {
        var input = new ObjectInput();
        foreach (var type in FromCluster)
        {
            try
            {
                var list = await api.ListAsync(type, null, ListQuery.All, cancellationToken);
                input._objects.AddRange(list.Items.Select(item => new InputObject(type, item, null)));
            }
            catch (KubernetesApiException exception) when (exception.Code == 403 && type != ResourceTypes.Ingresses)
            {
                // Left out: nothing is said then about what would be checked with them.
            }
        }

        return input;
    }

    /// <summary>Where a field of an object stands; null for one from a cluster.</summary>
    public (string File, int Line, int Column)? Locate(ManifestObject? origin, string field)
    {
        if (origin is null)
        {
            return null;
        }

        if (!_positions.TryGetValue(origin.File, out var positions))
        {
            _positions[origin.File] = positions = FieldPositions.Of(_texts.GetValueOrDefault(origin.File, ""));
        }

        var (line, column) = positions.Find((origin.Line, origin.Column), field);
        return (origin.File, line, column);
    }

    private void ReadFile(string file, TextReader standardInput)
    {
        var text = file == "-" ? standardInput.ReadToEnd() : ReadText(file);
        var name = file == "-" ? "stdin" : file;
        _texts[name] = text;
        foreach (var manifest in ManifestReader.Parse(text, name))
        {
            // A chart is more than its Ingresses; what is not read here is somebody else's business.
            if (ServedKinds.Find(manifest.Object) is not { } type)
            {
                continue;
            }

            if (ServedKinds.Complete(type, manifest.Object) is { } problem)
            {
                _problems.Add($"{manifest.Position}: {problem}");
            }
            else
            {
                _objects.Add(new InputObject(type, manifest.Object, manifest));
            }
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException(file, 0, 0, exception.Message, exception);
        }
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (ManifestException exception)
        {
            _problems.Add(exception.Message);
        }
    }
}
