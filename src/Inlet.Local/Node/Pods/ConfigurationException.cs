namespace Inlet.Local.Node.Pods;

/// <summary>
/// What a pod refers to is not there, or cannot be used. The message is Kubernetes' and goes into status and Events: it names
/// objects and keys, never values.
/// </summary>
internal sealed class ConfigurationException(string message) : Exception(message);
