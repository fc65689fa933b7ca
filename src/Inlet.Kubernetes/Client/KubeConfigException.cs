namespace Inlet.Kubernetes;

/// <summary>No usable credentials for a cluster; the message names the file, the entry and the remedy.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
