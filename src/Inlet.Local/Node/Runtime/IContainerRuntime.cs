using Inlet.Local.Node.Usage;

namespace Inlet.Local.Node.Runtime;

/// <summary>What containers run as. One implementation runs them as processes of this machine.</summary>
internal interface IContainerRuntime : IDisposable
{
    /// <summary>Name and version as nodes report them: <c>process://…</c>.</summary>
    string Version { get; }

    /// <summary>What <c>containerID</c> in a pod's status begins with.</summary>
    string Scheme { get; }

    /// <summary>Whether a container sees files of its own: volumes and tokens at their paths, its own /etc/hosts.</summary>
    bool HasPrivateMounts { get; }

    /// <summary>Why containers are not held to their limits, fit for an Event; null when they are.</summary>
    string? LimitsObstacle { get; }

    /// <summary>Ends and removes whatever a killed predecessor left running.</summary>
    void Recover();

    /// <summary>Whether containers of an image are processes of this machine, with its files and environment.</summary>
    bool RunsAsProcess(string image);

    /// <summary>
    /// Makes what the pod's containers need before its network is set up; asked again, it does nothing more.
    /// </summary>
    /// <param name="images">Of all its containers.</param>
    /// <returns>Path of the network namespace the containers will be in; null when it is for others to make.</returns>
    /// <exception cref="LaunchException">It cannot be made.</exception>
    Task<string?> CreateSandboxAsync(string podUid, IReadOnlyCollection<string> images, string hostName, CancellationToken cancellationToken);

    /// <summary>Makes sure that a container's image can be run; returns at once when it can.</summary>
    /// <exception cref="ImageException">It cannot.</exception>
    Task EnsureImageAsync(ImageRequest request, CancellationToken cancellationToken);

    /// <exception cref="LaunchException">The process cannot be started.</exception>
    /// <exception cref="MountPlanException">A mount cannot have a place.</exception>
    Task<IRunningContainer> StartAsync(ContainerRequest request);

    /// <summary>What each running container has used so far. A runtime that cannot tell has none.</summary>
    Task<IReadOnlyList<ContainerCounters>> MeasureAsync();

    /// <summary>Ends what is left of a pod's processes, also those that took themselves out of their container's session.</summary>
    void RemovePod(string podUid, string? networkNamespacePath);
}

internal interface IRunningContainer
{
    ContainerId Id { get; }

    /// <summary>As <c>containerID</c> in a pod's status shows it.</summary>
    string StatusId { get; }

    /// <summary>Completes when the container's first process has ended; everything else in it has been killed by then.</summary>
    Task<ProcessExit> Exited { get; }

    /// <summary>Signals every process of the container's group.</summary>
    void Signal(int signal);

    /// <summary>Runs a command inside, with the container's environment, and collects what it writes.</summary>
    /// <param name="limitBytes">Output beyond this is thrown away.</param>
    /// <exception cref="LaunchException">The command cannot be started, or the container has ended.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command has been killed.</exception>
    Task<ExecResult> ExecAsync(IReadOnlyList<string> command, int limitBytes, CancellationToken cancellationToken);

    /// <summary>Who listens at a TCP port of this machine's network that the container shares, without being of its pod.</summary>
    /// <returns>Fit for an Event; null when nobody does, and for a container with a network of its pod's own.</returns>
    string? ForeignListener(int port);

    /// <summary>Runs a command inside, with the container's environment, connected to the streams of a client.</summary>
    /// <returns>Its exit code; 128 + signal for one that a signal ended.</returns>
    /// <exception cref="LaunchException">The command cannot be started, or the container has ended.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the client has gone; the command has been killed.</exception>
    Task<int> ExecAsync(IReadOnlyList<string> command, ContainerStreams streams, CancellationToken cancellationToken);

    /// <summary>
    /// Copies what the container writes from now on, and takes input for it where its spec has <c>stdin: true</c>, until it
    /// ends or the caller cancels.
    /// </summary>
    /// <exception cref="IOException">The client reads so slowly that output for it would have to be thrown away.</exception>
    Task AttachAsync(ContainerStreams streams, CancellationToken cancellationToken);
}

internal readonly record struct ExecResult(int ExitCode, string Output);
