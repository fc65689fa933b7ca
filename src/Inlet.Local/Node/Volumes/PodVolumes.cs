using System.Globalization;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;
using Inlet.Local.Node.EnvironmentVariables;
using Inlet.Local.Node.Pods;
using Inlet.Local.Node.Runtime;

namespace Inlet.Local.Node.Volumes;

/// <summary>
/// The volumes of one pod: set up before its first container, kept as the API has them while it runs, removed with it. Not
/// for several threads at once.
/// </summary>
internal sealed class PodVolumes(string podUid, NodeDirectory directory, VolumeSources sources, bool mayMount, TimeProvider time)
{
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);

    /// <exception cref="ConfigurationException">A volume cannot be had; Kubernetes' words, naming it.</exception>
    public async Task SetUpAsync(PodFacts facts, CancellationToken cancellationToken)
    {
        foreach (var volume in facts.Pod.Object("spec").Objects("volumes"))
        {
            var name = volume.String("name") ?? "";
            try
            {
                _sources[name] = await SetUpAsync(name, volume, facts, cancellationToken);
            }
            catch (Exception e) when (e is ConfigurationException or IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException($"MountVolume.SetUp failed for volume \"{name}\" : {e.Message}");
            }
        }
    }

    /// <summary>
    /// Writes what has changed in the API since. An object that has gone leaves the files as they are, as Kubernetes does.
    /// </summary>
    public async Task RefreshAsync(PodFacts facts, CancellationToken cancellationToken)
    {
        foreach (var volume in facts.Pod.Object("spec").Objects("volumes"))
        {
            if (VolumeSources.IsProjection(volume) && _sources.TryGetValue(volume.String("name") ?? "", out var path))
            {
                try
                {
                    new AtomicDirectory(path, time).Write(await sources.ReadAsync(volume, facts, cancellationToken), Group(facts));
                }
                catch (ConfigurationException)
                {
                }
            }
        }
    }

    /// <param name="variables">For <c>subPathExpr</c>.</param>
    /// <exception cref="ConfigurationException">A sub-path is not in its volume.</exception>
    public IReadOnlyList<ContainerMount> Mounts(JsonObject container, IReadOnlyDictionary<string, string> variables) =>
        [.. container.Objects("volumeMounts").Select(mount => Mount(mount, variables))];

    public void Remove()
    {
        foreach (var root in (ReadOnlySpan<string>)[directory.Pod(podUid), directory.PodMemory(podUid)])
        {
            HostMounts.UnmountAll(root);
            if (Directory.Exists(root))
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    /// <summary>A directory of this pod's for something secret; in memory where the user may mount.</summary>
    public string PrivateDirectory(string name)
    {
        var path = Path.Combine(directory.PodMemory(podUid), name);
        Store.DataDirectory.CreatePrivate(directory.PodMemory(podUid));
        Directory.CreateDirectory(path);
        return path;
    }

    private async Task<string> SetUpAsync(string name, JsonObject volume, PodFacts facts, CancellationToken cancellationToken)
    {
        if (VolumeSources.IsProjection(volume))
        {
            var files = await sources.ReadAsync(volume, facts, cancellationToken);
            // Of these, only ConfigMaps hold nothing that must not reach a disk.
            var path = volume["configMap"] is null ? PrivateDirectory($"volume-{name}") : OnDisk(name);
            new AtomicDirectory(path, time).Write(files, Group(facts));
            return path;
        }

        if (volume.Object("emptyDir") is { } emptyDir)
        {
            return SetUpEmpty(name, emptyDir, Group(facts));
        }

        if (volume.Object("hostPath") is { } hostPath)
        {
            return HostPath.Prepare(hostPath);
        }

        throw new ConfigurationException($"volumes of type {string.Join(", ", volume.Select(v => v.Key).Where(k => k != "name"))} are not supported on this node");
    }

    private string SetUpEmpty(string name, JsonObject emptyDir, uint? group)
    {
        var path = OnDisk(name);
        if (emptyDir.String("medium") == "Memory" && mayMount && !HostMounts.Below(path).Any())
        {
            var size = emptyDir.String("sizeLimit") is { } limit && Quantity.Nanos(limit) is { } nanos
                ? $",size={(nanos / 1_000_000_000).ToString(CultureInfo.InvariantCulture)}"
                : "";
            if (!HostMounts.TryMountMemory(path, "mode=0777" + size))
            {
                throw new ConfigurationException("cannot mount a tmpfs for an emptyDir with medium Memory");
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF | (group is null ? 0 : UnixFileMode.SetGroup));
        }

        if (group is { } g)
        {
            Ownership.GiveToGroup(path, g);
        }

        return path;
    }

    private string OnDisk(string name)
    {
        var path = Path.Combine(directory.Pod(podUid), "volumes", name);
        Directory.CreateDirectory(path);
        return path;
    }

    private ContainerMount Mount(JsonObject mount, IReadOnlyDictionary<string, string> variables)
    {
        var name = mount.String("name") ?? "";
        var source = _sources[name];
        var subPath = mount.String("subPathExpr") is { Length: > 0 } expression
            ? VariableExpansion.Expand(expression, variables)
            : mount.String("subPath") ?? "";
        return new ContainerMount(
            subPath.Length == 0 ? source : SubPath(name, source, subPath), mount.String("mountPath") ?? "", mount.Boolean("readOnly") == true);
    }

    private static string SubPath(string volume, string source, string subPath)
    {
        if (subPath.StartsWith('/') || subPath.Split('/').Contains(".."))
        {
            throw new ConfigurationException($"failed to prepare subPath for volumeMount \"{volume}\" of container: {subPath} leads out of the volume");
        }

        // Through ..data to the file itself: mounted so, it stays what it is when the volume changes, as in Kubernetes.
        var path = Path.Combine(source, subPath);
        var real = Path.Exists(path) ? Resolve(path) : path;
        if (!real.StartsWith(Resolve(source) + "/", StringComparison.Ordinal))
        {
            throw new ConfigurationException($"failed to prepare subPath for volumeMount \"{volume}\" of container: {subPath} leads out of the volume");
        }

        if (!Path.Exists(real))
        {
            Directory.CreateDirectory(real);
        }

        return real;
    }

    /// <summary>The path without symbolic links in any of its parts.</summary>
    private static string Resolve(string path)
    {
        var result = "/";
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        while (left.TryPop(out var part))
        {
            var next = part == ".." ? Path.GetDirectoryName(result) ?? "/" : Path.Combine(result, part);
            if (part is not ".." and not "." && new FileInfo(next).LinkTarget is { } target)
            {
                result = target.StartsWith('/') ? "/" : result;
                foreach (var piece in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    left.Push(piece);
                }
            }
            else if (part != ".")
            {
                result = next;
            }
        }

        return result;
    }

    private static uint? Group(PodFacts facts) => (uint?)facts.Pod.Object("spec").Object("securityContext").Integer("fsGroup");
}
