namespace Inlet.Local;

/// <summary>The cluster cannot be started; the message is one sentence for the user and names the flag that helps.</summary>
public sealed class LocalClusterException(string message, Exception? inner = null) : Exception(message, inner);
