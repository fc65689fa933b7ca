namespace Inlet.Local.ApiServer.Resources;

/// <summary>A path below an object, as discovery lists it. A sub-resource not listed does not exist (404).</summary>
/// <param name="Name">Last path segment: <c>status</c>, <c>scale</c>, <c>log</c>, …</param>
/// <param name="Group">Group of the kind read and written; empty for core.</param>
/// <param name="Kind">Kind read and written (<c>Scale</c> for <c>scale</c>, the parent's own for <c>status</c>).</param>
public sealed record Subresource(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs);
