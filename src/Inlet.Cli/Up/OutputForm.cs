namespace Inlet.Cli.Up;

internal enum OutputForm
{
    Text,

    /// <summary>One JSON object per line, each with an <c>event</c>.</summary>
    Json,
}
