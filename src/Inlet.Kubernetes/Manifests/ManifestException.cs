namespace Inlet.Kubernetes;

/// <summary>A manifest that cannot be read. The message already names file, line and column.</summary>
/// <param name="file">Path as given, or <c>stdin</c>.</param>
/// <param name="line">1-based; 0 when the file as a whole is meant (missing, unreadable, not text).</param>
/// <param name="column">1-based; 0 with line 0.</param>
/// <param name="problem">What is wrong, without the position.</param>
public sealed class ManifestException(string file, int line, int column, string problem, Exception? inner = null)
    : Exception(line > 0 ? $"{file}:{line}:{column}: {problem}" : $"{file}: {problem}", inner)
{
    public string File { get; } = file;

    public int Line { get; } = line;

    public int Column { get; } = column;

    public string Problem { get; } = problem;
}
