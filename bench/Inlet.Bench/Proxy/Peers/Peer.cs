using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>A proxy that can be measured: how it is configured for a setup, and started.</summary>
internal abstract class Peer
{
    /// <summary>As <c>--peers</c> names it.</summary>
    public abstract string Name { get; }

    /// <summary>Compiles its hot code while it runs: measured only after a long warm-up.</summary>
    public virtual bool IsJitCompiled => false;

    /// <summary>The relay knows no TLS, for one.</summary>
    public virtual bool CanServe(PeerSetup setup) => true;

    /// <summary>Whether it lets <see cref="PeerSetup.Loops"/> be set.</summary>
    public virtual bool CanCountLoops => true;

    public abstract string Version(Workshop workshop);

    /// <param name="label">Names its files.</param>
    /// <param name="cores">As <c>taskset -c</c> takes them.</param>
    public abstract RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores);

    /// <summary>The first line that a version command prints.</summary>
    protected static string FirstLine(Workshop workshop, params IReadOnlyList<string> command) =>
        workshop.Run("version", "0", TimeSpan.FromSeconds(10), command).Split('\n')[0].Trim();
}
