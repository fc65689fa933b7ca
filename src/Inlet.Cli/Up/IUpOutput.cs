using Inlet.Local;
using Inlet.Local.Apply;
using Inlet.Local.Overview;

namespace Inlet.Cli.Up;

/// <summary>What <c>inlet up</c> tells as it goes. Called by one caller at a time.</summary>
internal interface IUpOutput : IDisposable
{
    void Started(LocalCluster cluster);

    /// <param name="source">The files the objects came from, as the user named them.</param>
    void Applied(string source, IReadOnlyList<Applied> applied);

    /// <summary>Something is not ready yet; called again at each change.</summary>
    void Waiting(ClusterSnapshot snapshot);

    /// <summary>Everything runs, or what does not yet has had its time: <see cref="ClusterSnapshot.IsSettled"/> tells.</summary>
    void Ready(ClusterSnapshot snapshot, IngressAddresses addresses, TimeSpan since);

    void Changed(SnapshotChanges changes, IngressAddresses addresses);

    /// <summary>A warning Event.</summary>
    void Warning(string about, string reason, string message);

    void Stopping();

    void Stopped();
}
