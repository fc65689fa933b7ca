namespace Inlet.Local.Node.Runtime;

/// <summary>What of a container's <c>securityContext</c>, besides its user, a runtime applies.</summary>
/// <param name="ReadOnlyRoot">Nothing but volumes can be written to.</param>
/// <param name="NoNewPrivileges">Set-id programs inside give no more rights (<c>allowPrivilegeEscalation: false</c>).</param>
/// <param name="DroppedCapabilities">By the kernel's numbers.</param>
internal sealed record ContainerConfinement(bool ReadOnlyRoot, bool NoNewPrivileges, IReadOnlyList<int> DroppedCapabilities)
{
    public static ContainerConfinement None { get; } = new(false, false, []);

    /// <summary>As the pod names them, without <c>CAP_</c>; for runtimes that give a container few to begin with.</summary>
    public IReadOnlyList<string> AddedNames { get; init; } = [];

    /// <summary>Likewise; may be <c>ALL</c>.</summary>
    public IReadOnlyList<string> DroppedNames { get; init; } = [];

    public bool IsPrivileged { get; init; }
}
