namespace Inlet.Local.Node.Runtime;

/// <summary>Chooses what containers run as.</summary>
internal static class ContainerRuntimes
{
    public static IContainerRuntime Create(NodeDirectory directory, bool privateMounts = true) => new ProcessRuntime(directory, privateMounts);
}
