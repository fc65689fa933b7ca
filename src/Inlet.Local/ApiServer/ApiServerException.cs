namespace Inlet.Local.ApiServer;

/// <summary>The API server cannot be started; the message is one sentence for the user and names the flag that helps.</summary>
public sealed class ApiServerException(string message, Exception? inner = null) : Exception(message, inner);
