namespace Inlet.Local.Node.Runtime;

/// <param name="Image">As the pod names it.</param>
/// <param name="HasCommand">Whether the container brings a command of its own.</param>
internal sealed record ImageRequest(string Image, bool HasCommand)
{
    /// <summary><c>Always</c>, <c>IfNotPresent</c> or <c>Never</c>.</summary>
    public string PullPolicy { get; init; } = "IfNotPresent";

    /// <summary>From the pod's and its account's <c>imagePullSecrets</c>.</summary>
    public IReadOnlyList<RegistryCredential> Credentials { get; init; } = [];

    /// <summary>Takes an Event about the pull: reason and message. From any thread.</summary>
    public Action<string, string>? Tell { get; init; }
}

/// <param name="Registry">Host with port, or that and the beginning of a repository's name.</param>
internal sealed record RegistryCredential(string Registry, string User, string Password);

/// <summary>An image cannot be run. The message is fit for status and Events, and names the remedy.</summary>
/// <param name="reason">Kubernetes' word for it: <c>ErrImageNeverPull</c>, <c>InvalidImageName</c>, …</param>
/// <param name="isWorthARetry">Whether it may come right by itself, as a registry that is down.</param>
internal sealed class ImageException(string reason, string message, bool isWorthARetry = false) : Exception(message)
{
    public string Reason { get; } = reason;

    public bool IsWorthARetry { get; } = isWorthARetry;
}
