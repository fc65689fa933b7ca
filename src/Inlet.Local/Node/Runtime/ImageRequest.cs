namespace Inlet.Local.Node.Runtime;

/// <param name="Image">As the pod names it.</param>
/// <param name="HasCommand">Whether the container brings a command of its own.</param>
internal sealed record ImageRequest(string Image, bool HasCommand);

/// <summary>An image cannot be run. The message is fit for status and Events, and names the remedy.</summary>
/// <param name="reason">Kubernetes' word for it: <c>ErrImageNeverPull</c>, <c>InvalidImageName</c>, …</param>
internal sealed class ImageException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
