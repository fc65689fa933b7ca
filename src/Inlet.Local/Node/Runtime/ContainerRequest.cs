namespace Inlet.Local.Node.Runtime;

/// <summary>Everything a runtime needs to start one instance of a container.</summary>
internal sealed record ContainerRequest
{
    public required ContainerId Id { get; init; }

    public required string Image { get; init; }

    /// <summary>What replaces the image's entry point, variables expanded; empty to keep that.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>What follows the entry point, variables expanded; empty to keep the image's own when <see cref="Command"/> is empty too.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Null for the runtime's own default.</summary>
    public string? WorkingDirectory { get; init; }

    public required string HostName { get; init; }

    /// <summary>Null for this machine's network.</summary>
    public string? NetworkNamespacePath { get; init; }

    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Null to run as the user Inlet runs as.</summary>
    public ContainerUser? User { get; init; }

    public ContainerLimits Limits { get; init; } = new(null, null, null);

    public ContainerConfinement Confinement { get; init; } = ContainerConfinement.None;

    /// <summary>Standard input stays open for <c>kubectl attach</c>; otherwise it is at its end from the start.</summary>
    public bool Stdin { get; init; }

    /// <summary>Input ends with the first client that was attached.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>The process gets a terminal; everything it writes there is <see cref="Output"/>.</summary>
    public bool Terminal { get; init; }

    public required OutputSink Output { get; init; }

    public required OutputSink Errors { get; init; }

    /// <summary>Called once when both streams have ended, which may be after the container has.</summary>
    public required Action OutputClosed { get; init; }
}

/// <param name="Attempt">0 for the first instance of the container in its pod, then counted up.</param>
internal readonly record struct ContainerId(string PodUid, string Container, int Attempt)
{
    public override string ToString() => $"{PodUid}.{Container}.{Attempt}";
}

/// <param name="User">Null for what the image says, which for a process is root; so for <paramref name="Group"/>.</param>
internal sealed record ContainerUser(uint? User, uint? Group, IReadOnlyList<uint> SupplementalGroups);
