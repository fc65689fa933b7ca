using System.CommandLine;

namespace Inlet.Cli.Commands;

/// <summary>
/// Flags of ingress-nginx that have no effect here. They are accepted, so that the arguments of its Deployment can stay as they
/// are, and each one that is used is reported with the reason.
/// </summary>
internal static class NginxFlags
{
    private const string NoStreams = "Inlet serves HTTP; publish other protocols with a Service of type LoadBalancer.";
    private const string NoGeo = "Inlet looks no address up in a data base.";
    private const string FixedMetrics = "What is measured, and in which buckets, is fixed.";
    private const string NoNginx = "It is a matter between nginx and its controller; Inlet is one process.";

    /// <param name="Name">With its dashes.</param>
    /// <param name="Neutral">A value that asks for what is done anyway, and is not worth a word.</param>
    /// <param name="Why">One or two whole sentences.</param>
    public sealed record Flag(string Name, string? Neutral, string Why);

    public static IReadOnlyList<Flag> All { get; } =
    [
        new("--annotations-prefix", "nginx.ingress.kubernetes.io", "Annotations are read under nginx.ingress.kubernetes.io."),
        new("--enable-annotation-validation", "true", "Values of annotations are always checked."),
        new("--deep-inspect", "true", "Hosts, paths and names become no text of a configuration; there is nothing to look for in them."),
        new("--disable-svc-external-name", "true", "Services of type ExternalName are not supported yet, and answered 503."),
        new("--default-ssl-certificate", "", "Not supported yet: hosts without a certificate are served with one that the controller makes."),
        new("--ssl-passthrough-proxy-port", null, NoNginx),
        new("--enable-ssl-chain-completion", "false", "Certificates are served as their Secrets hold them: put the whole chain into tls.crt."),
        new("--enable-metrics", "true", "Metrics are always on the admin port."),
        new("--metrics-per-undefined-host", "false", "Hosts that no Ingress names are counted together: their names are the clients' to choose."),
        new("--report-status-classes", "false", FixedMetrics),
        new("--time-buckets", null, FixedMetrics),
        new("--length-buckets", null, FixedMetrics),
        new("--size-buckets", null, FixedMetrics),
        new("--bucket-factor", null, FixedMetrics),
        new("--max-buckets", null, FixedMetrics),
        new("--exclude-socket-metrics", null, FixedMetrics),
        new("--monitor-max-batch-size", null, FixedMetrics),
        new("--update-status-on-shutdown", "false", "The status stays as it is when the controller stops: a restart is no reason to take an address away."),
        new("--report-node-internal-ip-address", "false", "Addresses come from --publish-service or --publish-status-address."),
        new("--status-update-interval", null, "The status is written as soon as it differs."),
        new("--watch-namespace-selector", "", "Not supported yet: --watch-namespace names one."),
        new("--healthz-host", "", "Health is on the address of --bind."),
        new("--health-check-path", "/healthz", "Health is at /healthz, readiness at /readyz."),
        new("--health-check-timeout", null, "The answer waits for nothing."),
        new("--tcp-services-configmap", "", NoStreams),
        new("--udp-services-configmap", "", NoStreams),
        new("--post-shutdown-grace-period", null, "The process ends when the last request has."),
        new("--shutdown-grace-period", "0", "Readiness fails at once, and connections are still served for --shutdown-grace."),
        new("--enable-topology-aware-routing", "false", "Not supported yet: all ready endpoints are used, of all zones."),
        new("--disable-full-test", null, "A check reads the one Ingress and what it conflicts with."),
        new("--disable-sync-events", "true", "Events tell of what is wrong, not of each change."),
        new("--sync-period", "0", "Watches need no reading over."),
        new("--sync-rate-limit", null, "Changes are in force at once, and together where many come."),
        new("--default-server-port", null, NoNginx),
        new("--status-port", null, NoNginx),
        new("--stream-port", null, NoNginx),
        new("--dynamic-configuration-retries", null, NoNginx),
        new("--internal-logger-address", null, NoNginx),
        new("--profiling", "false", "dotnet-trace attaches to the process."),
        new("--profiler-port", null, "dotnet-trace attaches to the process."),
        new("--profiler-address", null, "dotnet-trace attaches to the process."),
        new("--apiserver-host", "", "The cluster is that of --kubeconfig, or of the pod."),
        new("--certificate-authority", "", "The cluster's authority stands in the kubeconfig, or in the pod."),
        new("--maxmind-license-key", "", NoGeo),
        new("--maxmind-edition-ids", null, NoGeo),
        new("--maxmind-mirror", "", NoGeo),
        new("--maxmind-retries-count", null, NoGeo),
        new("--maxmind-retries-timeout", null, NoGeo),
        new("--v", null, "The log has one level of detail."),
    ];

    /// <summary>Adds them to a command, unseen in its help.</summary>
    /// <returns>Gives a sentence for each flag used.</returns>
    public static Func<ParseResult, IReadOnlyList<string>> AddTo(Command command)
    {
        var options = All.Select(static flag => (flag, new Option<string?>(flag.Name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne })).ToList();
        foreach (var (_, option) in options)
        {
            command.Add(option);
        }

        return parsed => [.. options
            .Where(pair => parsed.GetResult(pair.Item2) is { Implicit: false } && (parsed.GetValue(pair.Item2) ?? "true") != pair.flag.Neutral)
            .Select(static pair => $"{pair.flag.Name} has no effect. {pair.flag.Why}")];
    }
}
