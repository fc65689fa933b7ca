namespace Inlet.Model;

/// <summary>One field line. Whoever makes one sees to it that neither part holds a control character.</summary>
/// <param name="Name">An RFC 9110 token.</param>
public sealed record HeaderField(string Name, string Value);
