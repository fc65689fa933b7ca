using Inlet.Local.Node.Network;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Volumes;

namespace Inlet.Local.Node;

/// <summary>Removes what a killed agent left on the machine, without starting a new one: processes, mounts, links and namespaces.</summary>
internal static class NodeLeftovers
{
    public static void Remove(string dataDirectory)
    {
        var directory = new NodeDirectory(dataDirectory);
        if (!OperatingSystem.IsLinux() || !Directory.Exists(directory.Root))
        {
            return;
        }

        directory.Create();
        using var runtime = ContainerRuntimes.CreateForCleanupAsync(directory, CancellationToken.None).GetAwaiter().GetResult();
        NodeRecovery.Run(directory, runtime);
        HostMounts.UnmountAll(directory.Root);
        PodNetwork.RemoveLeftovers(NodeNetwork.Plan(dataDirectory, PodNetworkMode.Auto));
    }
}
