namespace Inlet.Local.Credentials;

/// <summary>The keys of a data directory cannot be used; the message names the file and the remedy and is meant for the user.</summary>
public sealed class CredentialsException(string message, Exception? inner = null) : Exception(message, inner);
