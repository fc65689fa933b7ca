using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Inlet.Local.Node;

/// <summary>How pods are attached to the network (<c>--pod-network</c>).</summary>
public enum PodNetworkMode
{
    /// <summary>A network namespace per pod where the user may make one, else the host's network.</summary>
    Auto,

    /// <summary>A network namespace per pod, or refuse to start.</summary>
    Namespace,

    /// <summary>Every pod shares the host's network and answers on 127.0.0.1.</summary>
    Host,
}

/// <summary>
/// The addresses of one instance, derived from its data directory so that two instances on a machine rarely meet and one
/// that was killed finds its own leftovers by name.
/// </summary>
/// <param name="Mode"><see cref="PodNetworkMode.Namespace"/> or <see cref="PodNetworkMode.Host"/>: never Auto.</param>
/// <param name="BridgeName">At most 15 characters, as Linux asks; empty in host mode.</param>
/// <param name="PodPrefix">Pod addresses; in host mode 127.0.0.1/32.</param>
/// <param name="Gateway">The bridge's own address: first of <paramref name="PodPrefix"/>.</param>
/// <param name="ServicePrefix">Where ClusterIPs come from.</param>
public sealed record NodeNetwork(PodNetworkMode Mode, string BridgeName, IPNetwork PodPrefix, IPAddress Gateway, IPNetwork ServicePrefix)
{
    /// <summary>What it means that pods share this machine's network and, unless it was asked for, why they do and the remedy; null where each has its own.</summary>
    public string? Notice { get; private init; }

    /// <summary>ClusterIP of Service <c>default/kubernetes</c>: first address of the prefix, as Kubernetes does.</summary>
    public IPAddress KubernetesServiceAddress => AddressAt(ServicePrefix, 1);

    /// <exception cref="PlatformNotSupportedException">Mode Namespace was asked for and is not to be had; says what is missing.</exception>
    public static NodeNetwork Plan(string dataDirectory, PodNetworkMode mode)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(dataDirectory)));
        var missing = mode == PodNetworkMode.Host ? "host networking was asked for" : WhyNoNamespaces();
        // One of 4,096 blocks of 253 addresses, stable per data directory, within what clusters are used to take: 10.240.0.0/12
        // for pods, 10.96.0.0/12 for Services. The name carries more of the hash.
        var (high, low) = ((byte)(hash[1] & 0x0f), hash[0]);
        if (missing is null)
        {
            return new NodeNetwork(
                PodNetworkMode.Namespace,
                "inlet" + Convert.ToHexStringLower(hash, 0, 4),
                new IPNetwork(new IPAddress([10, (byte)(240 + high), low, 0]), 24),
                new IPAddress([10, (byte)(240 + high), low, 1]),
                new IPNetwork(new IPAddress([10, (byte)(96 + high), low, 0]), 24));
        }

        if (mode == PodNetworkMode.Namespace)
        {
            throw new PlatformNotSupportedException(
                string.Create(CultureInfo.InvariantCulture, $"Pods cannot have network namespaces of their own: {missing}. Use --pod-network host."));
        }

        return new NodeNetwork(
            PodNetworkMode.Host, "", new IPNetwork(IPAddress.Loopback, 32), IPAddress.Loopback,
            new IPNetwork(new IPAddress([127, (byte)(96 + high), low, 0]), 24))
        {
            Notice = mode == PodNetworkMode.Host ? SharedPorts : $"{SharedPorts}. A network for each pod is not to be had: {missing}",
        };
    }

    private const string SharedPorts = "all pods share this machine's ports, and of two that want the same one only the first gets it";

    internal static IPAddress AddressAt(IPNetwork prefix, int index)
    {
        var bytes = prefix.BaseAddress.GetAddressBytes();
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)index;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new IPAddress(bytes);
    }

    private static string? WhyNoNamespaces()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "this is not Linux";
        }

        // CAP_SYS_ADMIN (21) makes namespaces and mounts, CAP_NET_ADMIN (12) makes links.
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        var capabilities = line is null ? 0 : ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        const ulong Needed = (1UL << 21) | (1UL << 12);
        return (capabilities & Needed) == Needed
            ? null
            : $"it takes CAP_SYS_ADMIN and CAP_NET_ADMIN, which user {Environment.UserName} has not. Run inlet as root";
    }
}
