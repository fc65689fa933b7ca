using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Inlet.Local.Node.Registration;

/// <summary>What this machine is and has, as a Node object says it.</summary>
internal static class MachineFacts
{
    /// <summary>Kubernetes' release whose API the node speaks.</summary>
    private const string KubernetesVersion = "v1.32.0";

    /// <summary>Quantities by resource name. Nothing is held back: allocatable is the same.</summary>
    public static IReadOnlyDictionary<string, string> Capacity(int pods, string dataDirectory) => new Dictionary<string, string>
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = Memory(),
        ["ephemeral-storage"] = string.Create(CultureInfo.InvariantCulture, $"{new DriveInfo(Path.GetFullPath(dataDirectory)).TotalSize / 1024}Ki"),
        ["pods"] = pods.ToString(CultureInfo.InvariantCulture),
    };

    public static JsonObject NodeInfo(string runtimeVersion) => new()
    {
        ["machineID"] = FirstLine("/etc/machine-id"),
        ["systemUUID"] = FirstLine("/etc/machine-id"),
        ["bootID"] = FirstLine("/proc/sys/kernel/random/boot_id"),
        ["kernelVersion"] = FirstLine("/proc/sys/kernel/osrelease"),
        ["osImage"] = OsImage(),
        ["containerRuntimeVersion"] = runtimeVersion,
        ["kubeletVersion"] = $"{KubernetesVersion}+inlet",
        ["kubeProxyVersion"] = "",
        ["operatingSystem"] = "linux",
        ["architecture"] = Architecture,
    };

    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string Memory()
    {
        var line = Lines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? $"{kilobytes}Ki" : "0";
    }

    private static string OsImage()
    {
        const string Key = "PRETTY_NAME=";
        return Lines("/etc/os-release").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim('"')
            ?? RuntimeInformation.OSDescription;
    }

    private static string FirstLine(string path) => Lines(path).FirstOrDefault()?.Trim() ?? "";

    private static IEnumerable<string> Lines(string path) => File.Exists(path) ? File.ReadLines(path) : [];
}
