using System.CommandLine;
using System.Globalization;
using System.Net;
using Inlet.Controller;
using Inlet.Translation;

namespace Inlet.Cli.Commands;

/// <summary><c>inlet controller</c>: the ingress controller, against any cluster or from watched files. Flags of ingress-nginx have their names.</summary>
internal static class ControllerCommand
{
    private const string IngressNginx = "ingress-nginx";

    public static Command Create()
    {
        var command = new Command("controller", "Run the ingress controller, against a cluster or from watched files");
        var objects = new ObjectFlags(command);
        var listeners = new ListenerFlags(command);
        var status = new StatusFlags(command);
        var tracing = new TracingFlags(command);
        var unused = NginxFlags.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            foreach (var sentence in unused(parsed))
            {
                await Console.Error.WriteLineAsync($"inlet: {sentence}");
            }

            await using var trim = new IdleTrim(TimeProvider.System);
            var options = listeners.Read(parsed, objects.Read(parsed, new ControllerOptions()));
            await ControllerHost.RunAsync(tracing.Read(parsed, status.Read(parsed, options)), cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>Which objects are served, and by whose rules.</summary>
    private sealed class ObjectFlags
    {
        private readonly Option<string[]> _files = CommonOptions.Files("Take the objects from these files and directories, watched, instead of an API server (repeatable)");
        private readonly Option<string?> _kubeconfig = CommonOptions.Text("--kubeconfig", "The cluster to serve (default: KUBECONFIG, the pod's ServiceAccount, ~/.kube/config)", "FILE");
        private readonly Option<string?> _compat = CommonOptions.Text("--compat", "Take the place of this controller: its class, its rules", IngressNginx);
        private readonly Option<string?> _controllerClass = CommonOptions.Text("--controller-class", "The spec.controller of the IngressClasses served (default inlet.dev/ingress-controller)", "NAME");
        private readonly Option<string?> _ingressClass = CommonOptions.Text("--ingress-class", "The class that the old annotation kubernetes.io/ingress.class has to name (default inlet)", "NAME");
        private readonly Option<bool> _byName = CommonOptions.Switch("--ingress-class-by-name", "Also serve the IngressClass of that name, whatever its controller");
        private readonly Option<bool?> _withoutClass = CommonOptions.Choose("--watch-ingress-without-class", "Also serve Ingresses that name no class (default: while the IngressClass served is the default one)");
        private readonly Option<bool> _noCatchAll = CommonOptions.Switch("--disable-catch-all", "Leave Ingresses with a defaultBackend alone");
        private readonly Option<string?> _namespace = CommonOptions.Text("--watch-namespace", "Serve the Ingresses of this namespace only (default: all)", "NAME");
        private readonly Option<string?> _configMap = CommonOptions.Text("--configmap", "The ConfigMap with settings, watched", "NAMESPACE/NAME");
        private readonly Option<string?> _default = CommonOptions.Text("--default-backend-service", "The Service that takes what no Ingress takes; without a port its first one", "NAMESPACE/NAME[:PORT]");

        public ObjectFlags(Command command)
        {
            _compat.AcceptOnlyFromAmong(IngressNginx);
            foreach (var option in new Option[] { _files, _kubeconfig, _compat, _controllerClass, _ingressClass, _byName, _withoutClass, _noCatchAll, _namespace, _configMap, _default })
            {
                command.Add(option);
            }
        }

        public ControllerOptions Read(ParseResult parsed, ControllerOptions options) => options with
        {
            Files = parsed.GetValue(_files) ?? [],
            Kubeconfig = parsed.GetValue(_kubeconfig),
            Behaviour = parsed.GetValue(_compat) == IngressNginx ? IngressBehaviour.IngressNginx : IngressBehaviour.Inlet,
            ControllerClass = parsed.GetValue(_controllerClass),
            IngressClass = parsed.GetValue(_ingressClass),
            ClassByName = parsed.GetValue(_byName),
            IngressesWithoutClass = parsed.GetValue(_withoutClass),
            DisableCatchAll = parsed.GetValue(_noCatchAll),
            WatchNamespace = parsed.GetValue(_namespace) is { Length: > 0 } ns ? ns : null,
            ConfigMap = parsed.GetValue(_configMap) is { Length: > 0 } configMap ? configMap : null,
            DefaultBackendService = parsed.GetValue(_default) is { Length: > 0 } service ? service : null,
        };
    }

    /// <summary>Where is listened, and who is believed there.</summary>
    private sealed class ListenerFlags
    {
        private readonly Option<IPAddress> _bind = CommonOptions.Bind(IPAddress.Any);
        private readonly Option<int?> _http = CommonOptions.Port("--http-port", "Plain HTTP; 0 picks a free port (default 80)", 0);
        private readonly Option<int?> _https = CommonOptions.Port("--https-port", "HTTPS; 0 picks a free port, -1 opens none (default 443)", -1);
        private readonly Option<int?> _admin = CommonOptions.Port("--admin-port", "Health, readiness and metrics; 0 picks a free port, -1 opens none (default 10254)", -1);
        private readonly Option<int> _loops = new("--loops") { Description = "Event loops", HelpName = "N", DefaultValueFactory = static _ => Environment.ProcessorCount };
        private readonly Option<string[]> _trusted = new("--trusted-peers")
        {
            Description = "Addresses and networks whose X-Forwarded-* fields are believed (repeatable, or with commas)",
            HelpName = "CIDR",
            DefaultValueFactory = static _ => [],
        };

        private readonly Option<int?> _hops = CommonOptions.Number("--trusted-hops", "How many proxies, whoever they are, stand between trusted peers and clients (default: go by --trusted-peers)", 0, 100);
        private readonly Option<int?> _connections = CommonOptions.Number("--max-connections", "Client connections open at once (default: what the process' file descriptors allow)", 1, int.MaxValue);
        private readonly Option<int?> _perAddress = CommonOptions.Number("--max-connections-per-address", "Of them from one client address (default: no limit)", 1, int.MaxValue);
        private readonly Option<int?> _rate = CommonOptions.Number("--min-client-rate", "Bytes a second below which a client counts as silent; 0 for any rate (default 240)", 0, 1_000_000);
        private readonly Option<bool> _proxyProtocol = CommonOptions.Switch("--proxy-protocol", "Connections of trusted peers begin with a PROXY protocol header");
        private readonly Option<bool> _forwarded = CommonOptions.Switch("--send-forwarded", "Also send a Forwarded field (RFC 7239) to endpoints");
        private readonly Option<bool> _tickets = CommonOptions.Switch("--session-tickets", "TLS session tickets, with keys that change every six hours");
        private readonly Option<bool?> _perHost = CommonOptions.Choose("--metrics-per-host", "Count requests by host, too (default true)");
        private readonly Option<IPNetwork[]> _allowUpstream = CommonOptions.Networks(
            "--allow-upstream-cidr", "URLs in annotations may lead to these addresses although they are this machine's, link-local, or the API server's (repeatable)");

        private readonly Option<bool> _passthrough = CommonOptions.Switch("--enable-ssl-passthrough", "Honour the annotation ssl-passthrough: TLS connections go to endpoints as they are");
        private readonly Option<string> _accessLog = AccessLogOption.Create();

        public ListenerFlags(Command command)
        {
            _admin.Aliases.Add("--healthz-port");
            _loops.Validators.Add(static result =>
            {
                if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > 1024)
                {
                    result.AddError("--loops: write a number from 1 to 1024");
                }
            });
            foreach (var option in new Option[] { _bind, _http, _https, _admin, _loops, _trusted, _hops, _connections, _perAddress, _rate, _proxyProtocol, _forwarded, _tickets, _perHost, _allowUpstream, _passthrough, _accessLog })
            {
                command.Add(option);
            }
        }

        public ControllerOptions Read(ParseResult parsed, ControllerOptions options) => options with
        {
            Bind = parsed.GetValue(_bind)!,
            HttpPort = parsed.GetValue(_http) ?? 80,
            HttpsPort = parsed.GetValue(_https) ?? 443,
            AdminPort = parsed.GetValue(_admin) ?? 10254,
            Loops = parsed.GetValue(_loops),
            TrustedPeers = [.. parsed.GetValue(_trusted)!.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(Network)],
            TrustedHops = parsed.GetValue(_hops) ?? options.TrustedHops,
            MaxConnections = parsed.GetValue(_connections),
            MaxConnectionsPerAddress = parsed.GetValue(_perAddress),
            MinClientRate = parsed.GetValue(_rate) ?? options.MinClientRate,
            ProxyProtocol = parsed.GetValue(_proxyProtocol),
            SendForwarded = parsed.GetValue(_forwarded),
            SessionTickets = parsed.GetValue(_tickets),
            MetricsPerHost = parsed.GetValue(_perHost) ?? true,
            AllowUpstreamCidrs = parsed.GetValue(_allowUpstream) ?? [],
            EnableSslPassthrough = parsed.GetValue(_passthrough),
            AccessLog = AccessLogOption.Open(parsed.GetValue(_accessLog)!),
        };

        private static IPNetwork Network(string text) =>
            IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new ControllerException(string.Create(CultureInfo.InvariantCulture, $"--trusted-peers {text}: write an IP address or a network such as 10.0.0.0/8"));
    }

    /// <summary>What is written back to the cluster and answered to it, and how it ends.</summary>
    private sealed class StatusFlags
    {
        private readonly Option<string?> _publishService = CommonOptions.Text("--publish-service", "Write this Service's address into the status of the Ingresses served", "NAMESPACE/NAME");
        private readonly Option<string?> _publishAddress = CommonOptions.Text("--publish-status-address", "Write these addresses and names, with commas, in place of a Service's", "ADDRESS");
        private readonly Option<bool?> _update = CommonOptions.Choose("--update-status", "Write status at all (default true)");
        private readonly Option<string?> _election = CommonOptions.Text("--election-id", "The Lease whose holder alone writes status, where several controllers run (default: every one writes; with --compat ingress-controller-leader)", "[NAMESPACE/]NAME");
        private readonly Option<TimeSpan> _ttl = CommonOptions.Duration("--election-ttl", "How long the Lease holds without being renewed", TimeSpan.FromSeconds(30));
        private readonly Option<bool> _noElection = CommonOptions.Switch("--disable-leader-election", "Write no status, as one that never leads");
        private readonly Option<string?> _admission = CommonOptions.Text("--admission", "Answer AdmissionReviews of Ingresses here, over HTTPS", "[ADDRESS]:PORT");
        private readonly Option<string?> _certificate = CommonOptions.Text("--admission-certificate", "Its certificate, PEM", "FILE");
        private readonly Option<string?> _key = CommonOptions.Text("--admission-key", "The certificate's key, PEM", "FILE");
        private readonly Option<TimeSpan> _grace = CommonOptions.Duration("--shutdown-grace", "How long requests in flight may take at shutdown", TimeSpan.FromSeconds(30));

        public StatusFlags(Command command)
        {
            _admission.Aliases.Add("--validating-webhook");
            _certificate.Aliases.Add("--validating-webhook-certificate");
            _key.Aliases.Add("--validating-webhook-key");
            foreach (var option in new Option[] { _publishService, _publishAddress, _update, _election, _ttl, _noElection, _admission, _certificate, _key, _grace })
            {
                command.Add(option);
            }
        }

        public ControllerOptions Read(ParseResult parsed, ControllerOptions options) => options with
        {
            PublishService = parsed.GetValue(_publishService),
            PublishStatusAddress = parsed.GetValue(_publishAddress),
            UpdateStatus = (parsed.GetValue(_update) ?? true) && !parsed.GetValue(_noElection),
            ElectionId = parsed.GetValue(_election) ?? (options.Behaviour == IngressBehaviour.IngressNginx ? "ingress-controller-leader" : null),
            ElectionTtl = parsed.GetValue(_ttl),
            Admission = parsed.GetValue(_admission) is { Length: > 0 } admission ? admission : null,
            AdmissionCertificate = parsed.GetValue(_certificate),
            AdmissionKey = parsed.GetValue(_key),
            DrainGrace = parsed.GetValue(_grace),
        };
    }
}
