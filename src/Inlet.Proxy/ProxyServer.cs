using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using System.Text;
using Inlet.Model;
using Inlet.Routing;
using Microsoft.Extensions.Logging;

namespace Inlet.Proxy;

/// <summary>The data plane: event loops that serve whatever was published last. Publishing never cuts or delays a request.</summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private static readonly TimeSpan TicketKeyLifetime = TimeSpan.FromHours(6);

    private readonly ProxyOptions _options;
    private readonly ILogger<ProxyServer> _logger;
    private readonly ProxyShared _shared;
    private readonly CertificateStore _certificates = new();
    private readonly LoopCounters[] _counters;
    private readonly Lock _publishing = new();
    private readonly List<Listener> _listeners = [];
    private EventLoop[] _loops = [];
    private readonly ActiveHealthChecks _healthChecks;
    private ITimer? _ticketRotation;

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its documented range.</exception>
    public ProxyServer(ProxyOptions options, ILoggerFactory loggers, TimeProvider? time = null)
    {
        _options = options.Checked();
        _logger = loggers.CreateLogger<ProxyServer>();
        _shared = new ProxyShared(_options, new PublishedState(RoutingTable.Empty, _certificates.Load(RouteModel.Empty, []), UpstreamTlsSet.Empty), time ?? TimeProvider.System);
        _counters = new LoopCounters[_options.Loops];
        for (var index = 0; index < _counters.Length; index++)
        {
            _counters[index] = new LoopCounters();
        }

        _healthChecks = new ActiveHealthChecks(_shared, Backends, _logger);
        Metrics = new ProxyMetrics(_counters, Backends.Hosts, () => _shared.LogWriter, () => _shared.Published.Certificates);
    }

    /// <summary>The real port after <see cref="Start"/>; -1 when there is no such listener.</summary>
    public int HttpPort { get; private set; } = -1;

    public int HttpsPort { get; private set; } = -1;

    public BackendRegistry Backends { get; } = new();

    public ProxyMetrics Metrics { get; }

    internal ProxyShared Shared => _shared;

    internal IReadOnlyList<EventLoop> Loops => _loops;

    /// <summary>Binds and starts the loops.</summary>
    /// <exception cref="IOException">A port cannot be bound; the message names the address and the remedy.</exception>
    public void Start()
    {
        var listeners = new List<Listener>[_options.Loops];
        for (var index = 0; index < listeners.Length; index++)
        {
            listeners[index] = [];
        }

        try
        {
            HttpPort = Listen(_options.HttpPort, tls: false, listeners);
            if (_options.HttpsPort >= 0)
            {
                var tls = _shared.Tls = new TlsContext(() => _shared.Published.Certificates, _shared.Time, _options.SessionTickets);
                _ticketRotation = _options.SessionTickets
                    ? _shared.Time.CreateTimer(_ => tls.RotateTicketKeys(), null, TicketKeyLifetime, TicketKeyLifetime) : null;
            }

            HttpsPort = Listen(_options.HttpsPort, tls: true, listeners);
        }
        catch (IOException)
        {
            foreach (var listener in listeners.SelectMany(static list => list))
            {
                listener.Close();
            }

            throw;
        }

        if (_options.AccessLog is { } accessLog)
        {
            _shared.LogWriter = new AccessLogWriter(accessLog, _options.Loops, _shared.Time, _logger);
        }

        _loops = [.. listeners.Select((own, index) => new EventLoop(_shared, index, [.. own], _counters[index], _logger))];
        foreach (var loop in _loops)
        {
            loop.Start();
        }
    }

    /// <summary>
    /// Loads changed certificates, then puts table and certificates in force with one write. A certificate that does not
    /// parse leaves the last good one of its Secret in force and is reported.
    /// </summary>
    public EquatableArray<Verdict> Publish(RouteModel model, RoutingTable table)
    {
        var started = Stopwatch.GetTimestamp();
        var verdicts = new List<Verdict>();
        // Guards the certificate store's memory; readers never take it.
        lock (_publishing)
        {
            _shared.Published = new PublishedState(
                table, _certificates.Load(model, verdicts), UpstreamTlsSet.Load(model, _shared.Published.UpstreamTls, verdicts))
            {
                Passthrough = PassthroughSet.Of(model, Backends),
            };
            _healthChecks.Follow(model);
        }

        Metrics.CountTablePublish(Stopwatch.GetElapsedTime(started));
        foreach (var verdict in verdicts)
        {
            ProxyLog.CertificateRefused(_logger, verdict.Message);
        }

        return verdicts.ToEquatableArray();
    }

    /// <summary>What <see cref="PublishEndpoints"/> published last; null for a backend nobody published.</summary>
    public BackendEndpoints? FindEndpoints(BackendKey backend) => _shared.Endpoints.Find(Backends.Intern(backend));

    /// <summary>Replaces one backend's endpoints. The next request sees them; requests in flight go on.</summary>
    public void PublishEndpoints(BackendEndpoints endpoints)
    {
        _shared.Endpoints.Put(Backends.Intern(endpoints.Backend), endpoints);
        Metrics.CountEndpointPublish();
    }

    /// <summary>
    /// Tells which HTTPS port belongs to which HTTP port, as clients see both (NodePorts, for one). A redirect to HTTPS goes to
    /// the port that belongs to the one in the request's Host; a Host without a port, or with one not listed, is sent to
    /// <see cref="ProxyOptions.RedirectHttpsPort"/>. Replaces the map published before; the next redirect follows it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A port is not in 1 … 65535.</exception>
    public void PublishRedirectPorts(IReadOnlyDictionary<int, int> httpToHttps)
    {
        foreach (var (http, https) in httpToHttps)
        {
            ProxyOptions.CheckRange(http, 1, 65535, nameof(httpToHttps));
            ProxyOptions.CheckRange(https, 1, 65535, nameof(httpToHttps));
        }

        _shared.RedirectPorts = httpToHttps.ToFrozenDictionary();
    }

    /// <summary>
    /// Stops accepting, lets requests in flight finish, answers each connection's next request with <c>Connection: close</c> and
    /// closes those that send none within <see cref="ProxyOptions.DrainIdleTime"/>. On shared ports new connections go to a
    /// successor first and what was being opened is still taken. After <paramref name="grace"/> the rest is left to
    /// <see cref="DisposeAsync"/>, which cuts it.
    /// </summary>
    public async Task DrainAsync(TimeSpan grace, CancellationToken cancellation)
    {
        var drained = DrainLoopsAsync(cancellation);
        try
        {
            await drained.WaitAsync(grace, _shared.Time, cancellation);
        }
        catch (TimeoutException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _healthChecks.DisposeAsync();
        // Before the loops, which they report to.
        await _shared.PasswordChecks.DisposeAsync();
        await _shared.Services.DisposeAsync();
        await Task.Run(() =>
        {
            foreach (var loop in _loops)
            {
                loop.Dispose();
            }
        });
        _loops = [];
        if (_shared.LogWriter is { } log)
        {
            await log.DisposeAsync();
        }

        if (_ticketRotation is not null)
        {
            await _ticketRotation.DisposeAsync();
        }

        _shared.Tls?.Dispose();
        _shared.Tls = null;
    }

    private async Task DrainLoopsAsync(CancellationToken cancellation)
    {
        if (_options.SharePorts && _listeners.DistinctBy(static listener => listener.Tls).All(StartsSteering))
        {
            await Task.Delay(_options.DrainIdleTime, _shared.Time, cancellation);
        }

        await Task.WhenAll(_loops.Select(static loop => loop.DrainAsync()));
    }

    private bool StartsSteering(Listener listener) => Sockets.SteerToSuccessor(listener.Fd, _options.Loops);

    private int Listen(int port, bool tls, List<Listener>[] listeners)
    {
        if (port < 0)
        {
            return -1;
        }

        if (port > 0 && !_options.SharePorts)
        {
            // Our own listeners share the port among themselves; a first one that does not share finds any stranger on it.
            _ = Libc.close(Sockets.Listen(_options.Bind, port, shared: false));
        }

        foreach (var own in listeners)
        {
            var fd = Sockets.Listen(_options.Bind, port, shared: true);
            port = Sockets.LocalPort(fd);
            var listener = new Listener(fd, tls, Encoding.ASCII.GetBytes(port.ToString()));
            own.Add(listener);
            _listeners.Add(listener);
        }

        ProxyLog.Listening(_logger, new IPEndPoint(_options.Bind, port).ToString(), tls ? "https" : "http", listeners.Length);
        return port;
    }
}
