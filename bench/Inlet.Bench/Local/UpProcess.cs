using System.Text.Json.Nodes;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Local;

/// <summary>A running <c>inlet up --output json</c>, and what it has said so far.</summary>
internal sealed class UpProcess(Child process)
{
    public Child Process => process;

    public int Id => process.Id;

    /// <summary>True, or an exception with its last words.</summary>
    /// <exception cref="BenchException">It has ended.</exception>
    public bool Lives => !process.HasExited ? true : throw new BenchException("inlet up ended");

    /// <summary>Of the ingress; null until it is ready.</summary>
    public int? HttpPort => (int?)Event("ready")?["httpPort"];

    private JsonObject? Event(string name) => process.Log().Split('\n')
        .Where(static line => line.StartsWith('{') && line.EndsWith('}'))
        .Select(static line => JsonNode.Parse(line)!.AsObject())
        .FirstOrDefault(line => (string?)line["event"] == name);
}
