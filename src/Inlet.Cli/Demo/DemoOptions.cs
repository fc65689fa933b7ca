using System.Net;

namespace Inlet.Cli.Demo;

/// <param name="Port">0 picks a free port.</param>
/// <param name="Directories">Whose files are shown besides those of mounted volumes.</param>
internal sealed record DemoOptions(IPAddress Bind, int Port, string Name, string Version, IReadOnlyList<string> Directories);
