using Inlet.Kubernetes;

namespace Inlet.Local.Apply;

public enum ApplyOutcome
{
    Created,
    Configured,
    Unchanged,
}

/// <param name="Name">As kubectl names it: <c>deployment.apps/web</c>.</param>
/// <param name="Warnings">What the API said besides, such as a deprecated version.</param>
public sealed record Applied(ManifestObject Manifest, string Name, ApplyOutcome Outcome, IReadOnlyList<string> Warnings);
