using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using Inlet.Local.Node.Usage;

namespace Inlet.Local.Node.Runtime.Engine;

/// <summary>
/// Runs containers through an engine that speaks Docker's API (Docker, Podman). A pod with a network of its own gets a container
/// that holds it and does nothing else; the pod's containers join that one, so that each may start anew without the others
/// losing their network. Everything made carries a label of this instance, and nothing else is ever touched.
/// </summary>
internal sealed class EngineRuntime : IContainerRuntime
{
    private const string InstanceLabel = "inlet.dev/instance";
    private const string PodLabel = "inlet.dev/pod-uid";

    private readonly string _key;
    private readonly DockerClient _client;
    private readonly ImagePuller _puller;
    private readonly SemaphoreSlim _pauseImage = new(1);
    private bool _hasPauseImage;

    private EngineRuntime(string key, DockerClient client, string version, TimeProvider time)
    {
        (_key, _client, Version) = (key, client, version);
        _puller = new ImagePuller(client, time);
    }

    public string Version { get; }

    public string Scheme => Version[..(Version.IndexOf("://", StringComparison.Ordinal) + 3)];

    public bool HasPrivateMounts => true;

    public string? LimitsObstacle => null;

    /// <param name="key">Tells this instance from others that use the engine.</param>
    /// <returns>Null when no engine answers on the socket.</returns>
    public static async Task<EngineRuntime?> ConnectAsync(string socket, string key, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new DockerClientBuilder().WithEndpoint(new Uri("unix://" + socket)).WithTimeout(Timeout.InfiniteTimeSpan).Build();
        try
        {
            var version = await client.System.GetVersionAsync(cancellationToken);
            var isPodman = version.Components?.Any(static c => c.Name?.Contains("Podman", StringComparison.OrdinalIgnoreCase) == true) == true;
            return new EngineRuntime(key, client, $"{(isPodman ? "podman" : "docker")}://{version.Version}", time);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException or TimeoutException)
        {
            client.Dispose();
            return null;
        }
    }

    public bool RunsAsProcess(string image) => false;

    public void Recover() => Remove(InstanceLabel, _key);

    public Task EnsureImageAsync(ImageRequest request, CancellationToken cancellationToken) => _puller.EnsureAsync(request, cancellationToken);

    /// <summary>Starts the container that holds the pod's network; one that is there already is taken.</summary>
    public async Task<string?> CreateSandboxAsync(string podUid, IReadOnlyCollection<string> images, string hostName, CancellationToken cancellationToken)
    {
        await EnsurePauseImageAsync(cancellationToken);
        var name = SandboxName(podUid);
        try
        {
            await _client.Containers.CreateContainerAsync(
                new CreateContainerParameters
                {
                    Name = name,
                    Image = PauseImage.Name,
                    Entrypoint = [PauseImage.Command],
                    Hostname = hostName,
                    Labels = Labels(podUid),
                    HostConfig = new HostConfig { NetworkMode = "none", LogConfig = NoLog() },
                },
                cancellationToken);
            await _client.Containers.StartContainerAsync(name, new ContainerStartParameters(), cancellationToken);
        }
        catch (DockerApiException e) when (e.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            // It is running since an earlier try.
        }
        catch (DockerApiException e)
        {
            throw new LaunchException(EngineErrors.Text(e), 0);
        }

        var inspected = await _client.Containers.InspectContainerAsync(name, cancellationToken);
        return inspected.State is { Running: true, Pid: > 0 and var pid }
            ? string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net")
            : throw new LaunchException("the container that holds the pod's network has ended", 0);
    }

    /// <summary>An engine is not asked for what its containers use.</summary>
    public Task<IReadOnlyList<ContainerCounters>> MeasureAsync() => Task.FromResult<IReadOnlyList<ContainerCounters>>([]);

    public async Task<IRunningContainer> StartAsync(ContainerRequest request)
    {
        string? id = null;
        try
        {
            id = (await _client.Containers.CreateContainerAsync(EngineContainers.Parameters(request, ContainerName(request.Id), Labels(request.Id.PodUid), Network(request)))).ID;
            // Before it runs: nothing it says is missed, and the engine need not keep it.
            var output = await _client.Containers.AttachContainerAsync(id, new ContainerAttachParameters { Stream = true, Stdin = request.Stdin, Stdout = true, Stderr = true });
            var container = new EngineContainer(_client, request, id, Scheme, output);
            await _client.Containers.StartContainerAsync(id, new ContainerStartParameters());
            container.Follow();
            return container;
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException or TimeoutException)
        {
            if (id is not null)
            {
                await EngineContainers.RemoveAsync(_client, id);
            }

            request.OutputClosed();
            throw new LaunchException(EngineErrors.Text(e), 0);
        }
    }

    public void RemovePod(string podUid, string? networkNamespacePath) => Remove(PodLabel, podUid);

    public void Dispose()
    {
        Recover();
        if (_hasPauseImage)
        {
            RemovePauseImage();
        }

        _client.Dispose();
        _pauseImage.Dispose();
    }

    internal static LogConfig NoLog() => new() { Type = "none" };

    private async Task EnsurePauseImageAsync(CancellationToken cancellationToken)
    {
        await _pauseImage.WaitAsync(cancellationToken);
        try
        {
            if (!_hasPauseImage)
            {
                await using var tar = await PauseImage.TarAsync(cancellationToken);
                await _client.Images.CreateImageAsync(
                    new ImagesCreateParameters { FromSrc = "-", Repo = PauseImage.Name }, tar, new AuthConfig(), new Progress<JSONMessage>(), cancellationToken);
                _hasPauseImage = true;
            }
        }
        finally
        {
            _pauseImage.Release();
        }
    }

    /// <summary>Without force: another instance's pods may need it, and then it stays.</summary>
    private void RemovePauseImage()
    {
        try
        {
            _client.Images.DeleteImageAsync(PauseImage.Name, new ImageDeleteParameters()).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
        }
    }

    private void Remove(string label, string value)
    {
        try
        {
            RemoveAsync(label, value).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            throw new IOException($"containers cannot be removed: {EngineErrors.Text(e)}", e);
        }
    }

    // The holder of the network last: engines refuse to remove a container that others have joined.
    private async Task RemoveAsync(string label, string value)
    {
        var ours = new Dictionary<string, bool> { [$"{InstanceLabel}={_key}"] = true, [$"{label}={value}"] = true };
        var found = await _client.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = ours } });
        foreach (var sandboxes in found.GroupBy(static c => c.Names.Any(static n => n.EndsWith("-sandbox", StringComparison.Ordinal))).OrderBy(static g => g.Key))
        {
            await Task.WhenAll(sandboxes.Select(c => EngineContainers.RemoveAsync(_client, c.ID)));
        }
    }

    private string Network(ContainerRequest request) =>
        request.NetworkNamespacePath is null ? "host" : $"container:{SandboxName(request.Id.PodUid)}";

    private string SandboxName(string podUid) => $"inlet-{_key}-{podUid}-sandbox";

    private string ContainerName(ContainerId id) => string.Create(CultureInfo.InvariantCulture, $"inlet-{_key}-{id.PodUid}-{id.Container}-{id.Attempt}");

    private Dictionary<string, string> Labels(string podUid) => new() { [InstanceLabel] = _key, [PodLabel] = podUid };
}
