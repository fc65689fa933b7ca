namespace Inlet.Local.Node.Network;

/// <summary>A pod, or all of them, cannot be given a network; the message says why and what helps.</summary>
internal sealed class PodNetworkException(string message, Exception? inner = null) : Exception(message, inner);
