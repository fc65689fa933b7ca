namespace Inlet.Kubernetes;

/// <summary>A label or field selector that does not parse; the message is the one Kubernetes answers (400 BadRequest).</summary>
public sealed class SelectorFormatException(string message) : FormatException(message);
