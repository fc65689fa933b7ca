using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Local.Node.Services.Names;

namespace Inlet.Local.Node.Pods;

/// <summary>Writes the <c>/etc/hosts</c> and <c>/etc/resolv.conf</c> a pod sees.</summary>
internal static class NameFiles
{
    private static readonly string[] ClusterOptions = ["ndots:5"];

    private const string SystemHosts = "/etc/hosts";
    private const string SystemResolvConf = "/etc/resolv.conf";

    /// <summary>Where systemd-resolved keeps the real servers, when /etc/resolv.conf names only its own on loopback.</summary>
    private const string ResolvedServers = "/run/systemd/resolve/resolv.conf";

    public static string Hosts(PodFacts facts, bool onHostNetwork)
    {
        var hosts = new StringBuilder();
        if (onHostNetwork)
        {
            hosts.Append("# This machine's hosts file.\n").Append(File.ReadAllText(SystemHosts).TrimEnd('\n')).Append('\n');
        }
        else
        {
            hosts.Append("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
            hosts.Append(facts.PodAddress).Append('\t').Append(PodFields.HostName(facts.Pod)).Append('\n');
        }

        foreach (var alias in facts.Pod.Object("spec").Objects("hostAliases"))
        {
            hosts.Append(alias.String("ip")).Append('\t').AppendJoin('\t', Strings(alias, "hostnames")).Append('\n');
        }

        return hosts.ToString();
    }

    /// <summary>Null when the pod may use the machine's own file.</summary>
    public static string? ResolvConf(JsonObject pod, NodeNetwork network, bool onHostNetwork)
    {
        var spec = pod.Object("spec");
        var config = spec.Object("dnsConfig");
        var policy = spec.String("dnsPolicy");
        var usesCluster = UsesClusterDns(policy, network, onHostNetwork);
        if (onHostNetwork && !usesCluster && config is null)
        {
            return null;
        }

        var lines = policy == "None" ? [] : usesCluster ? ClusterLines(pod.Namespace(), network) : SystemLines(onHostNetwork);
        var servers = Values(lines, "nameserver").Concat(Strings(config, "nameservers"));
        var searches = Values(lines, "search").Concat(Strings(config, "searches")).ToList();
        var options = Options(usesCluster ? ClusterOptions : [], config);
        return string.Concat(
            (IEnumerable<string>)
            [
                .. servers.Distinct().Select(s => $"nameserver {s}\n"),
                searches.Count > 0 ? $"search {string.Join(' ', searches)}\n" : "",
                options.Count > 0 ? $"options {string.Join(' ', options)}\n" : "",
            ]);
    }

    /// <summary>As <c>dnsPolicy</c> says; on this machine's network <c>ClusterFirst</c> falls back to <c>Default</c> (Pod API).</summary>
    private static bool UsesClusterDns(string? policy, NodeNetwork network, bool onHostNetwork) =>
        network.Mode == PodNetworkMode.Namespace && policy switch
        {
            "Default" or "None" => false,
            "ClusterFirstWithHostNet" => true,
            _ => !onHostNetwork,
        };

    /// <summary>What the kubelet writes: the cluster's domains before the machine's, and names of up to five parts tried in them first.</summary>
    private static List<string> ClusterLines(string ns, NodeNetwork network) =>
    [
        $"nameserver {network.Gateway}",
        string.Join(' ', ["search", $"{ns}.svc.{ClusterZone.Name}", $"svc.{ClusterZone.Name}", ClusterZone.Name, .. Values(Read(SystemResolvConf), "search")]),
    ];

    /// <summary>The pod's own replace those of the same name.</summary>
    private static List<string> Options(IEnumerable<string> defaults, JsonObject? config)
    {
        var own = config.Objects("options")
            .Select(o => o.String("value") is { Length: > 0 } value ? $"{o.String("name")}:{value}" : o.String("name") ?? "").ToList();
        return [.. defaults.Where(option => !own.Exists(o => o.Split(':')[0] == option.Split(':')[0])), .. own];
    }

    private static IEnumerable<string> Values(List<string> lines, string keyword) =>
        lines.Where(l => l.StartsWith(keyword + " ", StringComparison.Ordinal)).Select(l => l[(keyword.Length + 1)..].Trim());

    private static List<string> SystemLines(bool onHostNetwork)
    {
        var lines = Read(SystemResolvConf);
        if (onHostNetwork)
        {
            return lines;
        }

        // Loopback is the pod's own in a network of its own: nobody answers there.
        var reachable = lines.Where(l => !IsLoopbackServer(l)).ToList();
        return reachable.Exists(l => l.StartsWith("nameserver ", StringComparison.Ordinal)) ? reachable : Read(ResolvedServers);
    }

    private static List<string> Read(string path) => File.Exists(path) ? [.. File.ReadLines(path).Select(l => l.Trim())] : [];

    private static bool IsLoopbackServer(string line) =>
        line.StartsWith("nameserver ", StringComparison.Ordinal)
        && IPAddress.TryParse(line["nameserver ".Length..].Trim(), out var address) && IPAddress.IsLoopback(address);

    private static IEnumerable<string> Strings(JsonObject? obj, string key) => obj.Array(key)?.Select(s => s?.ToString() ?? "") ?? [];
}
