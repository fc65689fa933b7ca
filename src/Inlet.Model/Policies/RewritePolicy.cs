namespace Inlet.Model;

/// <summary>The path that the endpoint gets in place of the request's; the query stays.</summary>
/// <param name="Parts">In order. The result is made canonical once more, so that no capture can climb out of it.</param>
public sealed record RewritePolicy(EquatableArray<RewritePart> Parts);

/// <summary>One part of the new path.</summary>
/// <param name="Text">As it is; empty for a capture.</param>
/// <param name="Group">Number of the capture group of the route's regular expression whose text stands here; 0 for text.</param>
public sealed record RewritePart(string Text, int Group = 0);
