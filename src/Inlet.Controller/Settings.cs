using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Translation;

namespace Inlet.Controller;

/// <summary>
/// Flags and ConfigMap together. What concerns Ingresses follows the ConfigMap as it changes; what the data plane is told once
/// stays as it was at the start, and a change of it is reported.
/// </summary>
internal sealed class Settings
{
    private readonly ControllerOptions _options;
    private readonly TranslationOptions _byFlags;
    private readonly ObjectKey? _key;
    private readonly StartSettings _start;
    private ConfigMapSettings _current;

    /// <param name="configMap">As it is now; null for none.</param>
    /// <exception cref="ControllerException">A flag says something that is none.</exception>
    public Settings(ControllerOptions options, JsonObject? configMap)
    {
        _options = options;
        _key = options.ConfigMap is { } name ? Key("--configmap", name) : null;
        _byFlags = ByFlags(options);
        _current = Read(configMap);
        _start = _current.Start;
        Translation = Combine();
        Verdicts = Judge(configMap);
    }

    public TranslationOptions Translation { get; private set; }

    public EquatableArray<Verdict> Verdicts { get; private set; }

    public string? OnlyNamespace => _options.WatchNamespace;

    public TimeSpan DrainGrace => _start.DrainGrace ?? _options.DrainGrace;

    /// <summary>The data plane's, as it was told them.</summary>
    public ProxyOptions Proxy
    {
        get
        {
            var basis = ControllerOptions.ProxyFor(_options.Behaviour);
            return basis with
            {
                Bind = _options.Bind,
                HttpPort = _options.HttpPort,
                HttpsPort = _options.HttpsPort,
                Loops = _options.Loops,
                AccessLog = _start.DisableAccessLog ? null : AccessLog(),
                AllowedServiceNetworks = ServiceNetworks.Allowed(_options),
                ForbiddenServiceNetworks = ServiceNetworks.ApiServers(),
                TrustedPeers = [.. _options.TrustedPeers, .. _start.TrustedPeers],
                ProxyProtocol = _start.ProxyProtocol ?? _options.ProxyProtocol,
                TrustedHops = _options.TrustedHops,
                MaxConnections = _options.MaxConnections,
                MaxConnectionsPerAddress = _options.MaxConnectionsPerAddress,
                MinClientRate = _options.MinClientRate,
                Tracing = _options.Tracing,
                SendForwarded = _options.SendForwarded,
                SessionTickets = _start.SessionTickets ?? _options.SessionTickets,
                MetricsPerHost = _options.MetricsPerHost,
                ServerHeader = _start.ServerTokens switch { true => "inlet", false => null, _ => basis.ServerHeader },
                HeadTimeout = _start.HeadTimeout ?? basis.HeadTimeout,
                ClientTimeout = _start.ClientTimeout ?? basis.ClientTimeout,
                IdleTimeout = _start.IdleTimeout ?? basis.IdleTimeout,
                UpstreamConnectionLifetime = _start.UpstreamConnectionLifetime ?? basis.UpstreamConnectionLifetime,
                UpstreamIdleTimeout = _start.UpstreamIdleTimeout ?? basis.UpstreamIdleTimeout,
                MaxRequestsPerConnection = _start.RequestsPerConnection ?? basis.MaxRequestsPerConnection,
                MaxRequestsPerUpstreamConnection = _start.RequestsPerUpstreamConnection ?? basis.MaxRequestsPerUpstreamConnection,
                MaxIdleUpstreamConnections = _start.IdleUpstreamConnections ?? basis.MaxIdleUpstreamConnections,
                MaxRequestHeadBytes = _start.RequestHeadBytes ?? basis.MaxRequestHeadBytes,
                MaxRequestLineBytes = _start.RequestLineBytes ?? basis.MaxRequestLineBytes,
            };
        }
    }

    /// <exception cref="ControllerException">Not <c>namespace/name</c>.</exception>
    public static ObjectKey Key(string flag, string text) =>
        text.Split('/') is [{ Length: > 0 } ns, { Length: > 0 } name] ? new ObjectKey(ns, name) : throw new ControllerException($"{flag} {text}: write namespace/name");

    /// <returns>Whether Ingresses are to be read anew.</returns>
    public bool Change(JsonObject? configMap)
    {
        _current = Read(configMap);
        Verdicts = Judge(configMap);
        var before = Translation;
        Translation = Combine();
        return before.NoTlsRedirectLocations != Translation.NoTlsRedirectLocations
            || before.AnnotationDefaults.Count != Translation.AnnotationDefaults.Count
            || before.AnnotationDefaults.Any(pair => Translation.AnnotationDefaults.GetValueOrDefault(pair.Key) != pair.Value);
    }

    private static TranslationOptions ByFlags(ControllerOptions options)
    {
        var basis = options.Behaviour == IngressBehaviour.IngressNginx ? TranslationOptions.IngressNginx : new TranslationOptions();
        var fromFiles = options.Files.Count > 0;
        return basis with
        {
            ControllerClass = options.ControllerClass ?? basis.ControllerClass,
            IngressClass = options.IngressClass ?? basis.IngressClass,
            ClassByName = options.ClassByName,
            DisableCatchAll = options.DisableCatchAll,
            IngressesWithoutClass = options.IngressesWithoutClass ?? (fromFiles ? true : basis.IngressesWithoutClass),
            ClassObjectOptional = fromFiles,
            TlsPassthrough = options.EnableSslPassthrough,
            DefaultBackend = options.DefaultBackendService is { } service ? Backend(service) : null,
        };
    }

    private static BackendKey Backend(string text)
    {
        var colon = text.LastIndexOf(':');
        var key = Key("--default-backend-service", colon < 0 ? text : text[..colon]);
        // Without a port its first one.
        return new BackendKey(key.Namespace, key.Name, colon < 0 ? "" : text[(colon + 1)..]);
    }

    private TranslationOptions Combine() => _byFlags with
    {
        AnnotationDefaults = _current.AnnotationDefaults,
        NoTlsRedirectLocations = _current.NoTlsRedirectLocations ?? _byFlags.NoTlsRedirectLocations,
    };

    private ConfigMapSettings Read(JsonObject? configMap)
    {
        if (configMap is null)
        {
            return ConfigMapSettings.None;
        }

        var data = (configMap.Object("data") ?? []).ToDictionary(static pair => pair.Key, static pair => pair.Value?.ToString() ?? "");
        return ConfigMapReader.Read(data, Reference(configMap.Uid()));
    }

    private EquatableArray<Verdict> Judge(JsonObject? configMap)
    {
        if (_key is null)
        {
            return [];
        }

        if (configMap is null)
        {
            return [new Verdict(Reference(""), "", VerdictOutcome.Defaulted, VerdictCodes.ConfigMapNotFound, $"ConfigMap {_key} does not exist; the defaults are in force. Create it, or leave --configmap out.")];
        }

        return _start == _current.Start ? _current.Verdicts :
        [
            .. _current.Verdicts,
            new Verdict(Reference(configMap.Uid()), "data", VerdictOutcome.Defaulted, VerdictCodes.SettingAtStart,
                "Some of the changes concern connections as such (docs/reference/configmap.md names these keys) and are in force from the next start of the controller on."),
        ];
    }

    private ObjectReference Reference(string uid) => new("ConfigMap", _key!.Value.Namespace, _key.Value.Name, uid);

    private AccessLogOptions? AccessLog()
    {
        if (_options.AccessLog is not { } log)
        {
            return null;
        }

        var format = _start.JsonAccessLog ? AccessLogFormat.Json : log.Format;
        return _start.AccessLogPath is { } path
            ? new AccessLogOptions(format, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
            : log with { Format = format };
    }
}
