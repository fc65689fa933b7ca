namespace Inlet.Bench;

/// <summary>A measurement cannot go on; the message is for the person at the terminal.</summary>
internal sealed class BenchException(string message) : Exception(message);
