using Inlet.Local.Node.Images;

namespace Inlet.Local.Node.Runtime;

/// <summary>Chooses what containers run as.</summary>
internal static class ContainerRuntimes
{
    public static IContainerRuntime Create(NodeDirectory directory, ImageCommands images, bool privateMounts = true) =>
        new ProcessRuntime(directory, images, privateMounts);
}
