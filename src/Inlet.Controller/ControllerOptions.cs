using System.Net;
using Inlet.Proxy;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>What <c>inlet controller</c> is told on its command line.</summary>
public sealed record ControllerOptions
{
    public IPAddress Bind { get; init; } = IPAddress.Any;

    /// <summary>By whose rules Ingresses are read, and answers are given.</summary>
    public IngressBehaviour Behaviour { get; init; }

    /// <summary>How a data plane is set that serves by these rules, before anybody sets it otherwise.</summary>
    public static ProxyOptions ProxyFor(IngressBehaviour behaviour) => behaviour == IngressBehaviour.IngressNginx
        ? new ProxyOptions { ServerHeader = null, ForwardTargetAsSent = true, MaxRequestBodyBytes = 1 << 20 }
        : new ProxyOptions();

    /// <summary>0 picks a free port.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>0 picks a free port; -1 opens no HTTPS listener.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>Health, readiness and metrics. 0 picks a free port; -1 opens none.</summary>
    public int AdminPort { get; init; } = 10254;

    /// <summary>Event loops; at least 1.</summary>
    public int Loops { get; init; } = Environment.ProcessorCount;

    /// <summary>The <c>spec.controller</c> of the IngressClasses served; null takes the behaviour's own.</summary>
    public string? ControllerClass { get; init; }

    /// <summary>The class that the old annotation <c>kubernetes.io/ingress.class</c> has to name; null takes the behaviour's own.</summary>
    public string? IngressClass { get; init; }

    /// <summary>Also serves the IngressClass whose name is <see cref="IngressClass"/>, whatever its controller.</summary>
    public bool ClassByName { get; init; }

    /// <summary>Leaves every Ingress alone that has a <c>spec.defaultBackend</c>.</summary>
    public bool DisableCatchAll { get; init; }

    /// <summary><c>namespace/name</c> of the ConfigMap with settings (docs/reference/configmap.md); null for none.</summary>
    public string? ConfigMap { get; init; }

    /// <summary><c>namespace/name:port</c> of the Service that takes what no Ingress takes; null answers 404.</summary>
    public string? DefaultBackendService { get; init; }

    /// <summary>Peers who are believed about whom a request comes from; those of the ConfigMap come to them.</summary>
    public IReadOnlyList<IPNetwork> TrustedPeers { get; init; } = [];

    /// <summary>Connections of <see cref="TrustedPeers"/> begin with a PROXY protocol header.</summary>
    public bool ProxyProtocol { get; init; }

    /// <inheritdoc cref="ProxyOptions.TrustedHops"/>
    public int TrustedHops { get; init; }

    /// <inheritdoc cref="ProxyOptions.MaxConnections"/>
    public int? MaxConnections { get; init; }

    /// <inheritdoc cref="ProxyOptions.MaxConnectionsPerAddress"/>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <inheritdoc cref="ProxyOptions.MinClientRate"/>
    public int MinClientRate { get; init; } = new ProxyOptions().MinClientRate;

    /// <summary>Also sends a Forwarded field (RFC 7239) to endpoints.</summary>
    public bool SendForwarded { get; init; }

    /// <summary>TLS session tickets, with keys that change every six hours.</summary>
    public bool SessionTickets { get; init; }

    /// <summary>Requests are also counted by host.</summary>
    public bool MetricsPerHost { get; init; } = true;

    /// <summary>Ingresses without a class: true takes them, false leaves them, null takes them while our IngressClass is the default one (with <see cref="Files"/>: takes them).</summary>
    public bool? IngressesWithoutClass { get; init; }

    /// <summary>Null watches all namespaces.</summary>
    public string? WatchNamespace { get; init; }

    /// <summary>Null takes <c>KUBECONFIG</c>, the pod's ServiceAccount, or <c>~/.kube/config</c>. Unused with <see cref="Files"/>.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Files and directories that take the place of an API server; empty for a cluster.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary><c>namespace/name</c> of the Service whose address is written into the status of our Ingresses; null writes none.</summary>
    public string? PublishService { get; init; }

    /// <summary>Annotation ssl-passthrough is honoured.</summary>
    public bool EnableSslPassthrough { get; init; }

    /// <summary>
    /// Addresses that URLs in annotations may lead to although they are this machine's, link-local, or the API server's. With
    /// <see cref="Files"/> this machine's are allowed in any case.
    /// </summary>
    public IReadOnlyList<IPNetwork> AllowUpstreamCidrs { get; init; } = [];

    /// <summary>Addresses and names, with commas, in place of <see cref="PublishService"/>'s; null for none.</summary>
    public string? PublishStatusAddress { get; init; }

    /// <summary>False writes no status whatever else is said.</summary>
    public bool UpdateStatus { get; init; } = true;

    /// <summary><c>name</c> or <c>namespace/name</c> of the Lease whose holder alone writes status; null: every controller does.</summary>
    public string? ElectionId { get; init; }

    /// <summary>How long the Lease holds without being renewed.</summary>
    public TimeSpan ElectionTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where AdmissionReviews are answered, <c>address:port</c> or <c>:port</c>; null: nowhere.</summary>
    public string? Admission { get; init; }

    /// <summary>PEM files of <see cref="Admission"/>.</summary>
    public string? AdmissionCertificate { get; init; }

    /// <inheritdoc cref="AdmissionCertificate"/>
    public string? AdmissionKey { get; init; }

    /// <inheritdoc cref="ProxyOptions.Tracing"/>
    public TracingOptions? Tracing { get; init; }

    /// <summary>Null sends the spans that the data plane records to nobody.</summary>
    public TraceExportOptions? TraceExport { get; init; }

    /// <summary>Null writes none.</summary>
    public AccessLogOptions? AccessLog { get; init; }

    /// <summary>How long requests in flight may take at shutdown.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromSeconds(30);
}
