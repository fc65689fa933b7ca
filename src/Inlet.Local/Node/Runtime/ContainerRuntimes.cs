using Inlet.Local.Node.Images;
using Inlet.Local.Node.Runtime.Engine;

namespace Inlet.Local.Node.Runtime;

/// <summary>Chooses what containers run as.</summary>
internal static class ContainerRuntimes
{
    /// <exception cref="LocalClusterException">An engine was asked for and none answers; says where was looked.</exception>
    public static async Task<IContainerRuntime> CreateAsync(
        NodeDirectory directory, NodeAgentOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var images = new ImageCommands(options.Images);
        var engine = options.Runtime == ContainerRuntimeMode.Process
            ? null
            : await FindEngineAsync(options.EngineSocket ?? EngineSocket.Find(), directory, time, cancellationToken);
        if (engine is null && options.Runtime == ContainerRuntimeMode.Container)
        {
            throw new LocalClusterException(
                $"--runtime container: no container engine answers at {string.Join(" or ", EngineSocket.Candidates())}. "
                + "Start Docker or Podman (podman system service), set DOCKER_HOST=unix://PATH, or use --runtime process");
        }

        var processes = Processes(directory, images, options.PrivateMounts);
        return engine is null ? processes : new MixedRuntime(processes, engine, images);
    }

    /// <summary>What cleans up after a killed agent, whatever it ran containers as.</summary>
    public static async Task<IContainerRuntime> CreateForCleanupAsync(NodeDirectory directory, CancellationToken cancellationToken)
    {
        var images = new ImageCommands([]);
        var processes = Processes(directory, images, privateMounts: true);
        return await FindEngineAsync(EngineSocket.Find(), directory, TimeProvider.System, cancellationToken) is { } engine
            ? new MixedRuntime(processes, engine, images) : processes;
    }

    private static ProcessRuntime Processes(NodeDirectory directory, ImageCommands images, bool privateMounts) => new(directory, images, privateMounts);

    private static async Task<EngineRuntime?> FindEngineAsync(
        string? socket, NodeDirectory directory, TimeProvider time, CancellationToken cancellationToken) => socket is not null ? await EngineRuntime.ConnectAsync(socket, directory.Key, time, cancellationToken) : null;
}
