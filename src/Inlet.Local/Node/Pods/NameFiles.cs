using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Node.Pods;

/// <summary>Writes the <c>/etc/hosts</c> and <c>/etc/resolv.conf</c> a pod sees.</summary>
internal static class NameFiles
{
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
    public static string? ResolvConf(JsonObject pod, bool onHostNetwork)
    {
        var spec = pod.Object("spec");
        var config = spec.Object("dnsConfig");
        if (onHostNetwork && config is null)
        {
            return null;
        }

        var lines = spec.String("dnsPolicy") == "None" ? [] : SystemLines(onHostNetwork);
        var servers = lines.Where(l => l.StartsWith("nameserver ", StringComparison.Ordinal)).ToList();
        servers.AddRange(Strings(config, "nameservers").Select(s => $"nameserver {s}"));
        var searches = lines.Where(l => l.StartsWith("search ", StringComparison.Ordinal)).Select(l => l["search ".Length..].Trim())
            .Concat(Strings(config, "searches")).ToList();
        var options = config.Objects("options").Select(o => o.String("value") is { Length: > 0 } value ? $"{o.String("name")}:{value}" : o.String("name") ?? "").ToList();
        return string.Concat(
            (IEnumerable<string>)
            [
                .. servers.Distinct().Select(s => s + "\n"),
                searches.Count > 0 ? $"search {string.Join(' ', searches)}\n" : "",
                options.Count > 0 ? $"options {string.Join(' ', options)}\n" : "",
            ]);
    }

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
