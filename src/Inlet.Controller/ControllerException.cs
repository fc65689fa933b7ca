namespace Inlet.Controller;

/// <summary>The controller cannot start or go on; the message is one sentence for the person who started it, with the remedy.</summary>
public sealed class ControllerException(string message, Exception? inner = null) : Exception(message, inner);
