namespace Inlet.Local.Apply;

/// <summary>Manifests the API refuses: every problem, each at the file, line and column of its object.</summary>
public sealed class ApplyException(IReadOnlyList<string> problems, Exception? inner = null)
    : Exception(string.Join(Environment.NewLine, problems), inner)
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
