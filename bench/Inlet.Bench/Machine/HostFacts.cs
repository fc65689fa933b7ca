using System.Globalization;
using System.Text.Json.Nodes;

namespace Inlet.Bench.Machine;

/// <summary>What of the machine a reader of the numbers needs to know.</summary>
internal static class HostFacts
{
    public static JsonObject Describe() => new()
    {
        ["cpu"] = Field("/proc/cpuinfo", "model name"),
        // Not Environment.ProcessorCount: this program is pinned.
        ["cores"] = File.ReadLines("/proc/cpuinfo").Count(static line => line.StartsWith("processor", StringComparison.Ordinal)),
        ["memoryMiB"] = long.Parse(Field("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024,
        ["kernel"] = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        ["system"] = Field("/etc/os-release", "PRETTY_NAME", '=').Trim('"'),
        ["dotnet"] = Environment.Version.ToString(),
    };

    private static string Field(string file, string name, char separator = ':') =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim() ?? "unknown 0";
}
