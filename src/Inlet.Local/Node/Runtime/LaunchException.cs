namespace Inlet.Local.Node.Runtime;

/// <summary>A process could not be started. The message says at what step and is fit for an Event.</summary>
/// <param name="error">The kernel's error number.</param>
internal sealed class LaunchException(string message, int error) : Exception(message)
{
    public int Error { get; } = error;
}
