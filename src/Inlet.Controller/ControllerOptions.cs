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

    /// <summary>The class that the old annotation <c>kubernetes.io/ingress.class</c> has to name.</summary>
    public string IngressClass { get; init; } = "inlet";

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

    /// <summary>What the operator changes of the options that <see cref="Behaviour"/> gives the data plane; ports, loops and access log are those named here.</summary>
    public Func<ProxyOptions, ProxyOptions> DataPlane { get; init; } = static options => options;

    /// <summary>Null sends the spans that the data plane records to nobody.</summary>
    public TraceExportOptions? TraceExport { get; init; }

    /// <summary>Null writes none.</summary>
    public AccessLogOptions? AccessLog { get; init; }

    /// <summary>How long requests in flight may take at shutdown.</summary>
    public TimeSpan DrainGrace { get; init; } = TimeSpan.FromSeconds(30);
}
