using Inlet.Local.Node.Runtime;
using Inlet.Local.Node.Volumes;

namespace Inlet.Local.Node;

/// <summary>Removes what an agent that was killed left on the machine: processes first, then what they held.</summary>
internal static class NodeRecovery
{
    /// <summary>Logs stay: the pods may still be there in the API, and their earlier output with them.</summary>
    public static void Run(NodeDirectory directory, IContainerRuntime runtime)
    {
        runtime.Recover();
        HostMounts.UnmountAll(directory.Root);
        foreach (var pod in directory.Pods().ToList())
        {
            Directory.Delete(directory.Pod(pod), recursive: true);
        }

        foreach (var memory in Directory.EnumerateDirectories(directory.Memory).ToList())
        {
            Directory.Delete(memory, recursive: true);
        }
    }
}
