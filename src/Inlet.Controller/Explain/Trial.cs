using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Model;
using Inlet.Proxy;
using Inlet.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inlet.Controller;

/// <summary>What became of a request on trial.</summary>
/// <param name="AnswerHead">Empty when the connection was closed without an answer.</param>
/// <param name="EndpointHead">What the endpoint got; null when none was asked.</param>
/// <param name="Log">The access log's line about it.</param>
internal sealed record TrialResult(string AnswerHead, string? EndpointHead, JsonObject Log);

/// <summary>
/// A data plane of its own, on loopback ports nobody knows, that carries a request out in earnest: all there is to know about
/// what would happen to it is found out by letting it happen. Endpoints are one listener here that answers 200 to everything.
/// </summary>
internal sealed class Trial : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly MemoryStream _log = new();
    private readonly Socket _endpoint;
    private readonly ProxyServer _proxy;
    private readonly List<string> _endpointHeads = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private RoutingTable _table = RoutingTable.Empty;

    private Trial(ProxyOptions options)
    {
        _endpoint = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _endpoint.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _endpoint.Listen();
        _proxy = new ProxyServer(
            options with
            {
                Bind = IPAddress.Loopback,
                HttpPort = 0,
                HttpsPort = 0,
                Loops = 1,
                SharePorts = false,
                // So that the request comes from whom it is said to come from.
                ProxyProtocol = true,
                TrustedPeers = [.. options.TrustedPeers, new IPNetwork(IPAddress.Loopback, 32)],
                AccessLog = new AccessLogOptions(AccessLogFormat.Json, _log),
            },
            NullLoggerFactory.Instance);
        _proxy.Start();
        _serving = ServeAsync();
    }

    /// <summary>Sends the request once per model, in order.</summary>
    /// <param name="alive">Whether a backend has an endpoint.</param>
    public static async Task<IReadOnlyList<TrialResult>> RunAsync(
        ProxyOptions options, ExplainRequest request, IReadOnlyList<RouteModel> models, Func<BackendKey, bool> alive, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var answers = new List<(string Answer, string? Endpoint)>();
        var trial = new Trial(options);
        await using (trial)
        {
            foreach (var model in models)
            {
                trial.Publish(model, alive);
                answers.Add(await trial.SendAsync(request, patience.Token));
            }
        }

        // Written to its end only now.
        var lines = Encoding.UTF8.GetString(trial._log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. answers.Select((answer, index) => new TrialResult(
            answer.Answer, answer.Endpoint, index < lines.Length ? JsonNode.Parse(lines[index]) as JsonObject ?? [] : []))];
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _stop.CancelAsync();
        _endpoint.Dispose();
        await _serving;
        _stop.Dispose();
    }

    /// <summary>
    /// An explanation changes nothing anywhere: no service hears of the request, no mirror gets it. And it is in the log, from which its
    /// end is read.
    /// </summary>
    private static RouteModel Harmless(RouteModel model) => model with
    {
        Hosts = model.Hosts.Select(static host => host with { Routes = host.Routes.Select(Harmless).ToEquatableArray() }).ToEquatableArray(),
        DefaultPolicies = Harmless(model.DefaultPolicies),
    };

    private static Route Harmless(Route route) => Harmless(route.Policies) is var policies && ReferenceEquals(policies, route.Policies) ? route : route with { Policies = policies };

    private static RoutePolicies Harmless(RoutePolicies policies) => policies is { ExternalAuthentication: null, Mirror: null, Unlogged: false }
        ? policies : policies with { ExternalAuthentication = null, Mirror = null, Unlogged = false };

    private void Publish(RouteModel model, Func<BackendKey, bool> alive)
    {
        model = Harmless(model);
        var port = ((IPEndPoint)_endpoint.LocalEndPoint!).Port;
        foreach (var backend in model.Hosts.SelectMany(static host => host.Routes).SelectMany(static route => ExplainedState.Backends(route.Split))
            .Concat(model.DefaultBackend is { } fallback ? ExplainedState.Backends(fallback) : []).Distinct())
        {
            _proxy.PublishEndpoints(new BackendEndpoints(backend, alive(backend) ? [new Endpoint(IPAddress.Loopback, port)] : []));
        }

        _table = RoutingTable.Compile(model, _table, _proxy.Backends);
        _proxy.Publish(model, _table);
    }

    private async Task<(string Answer, string? Endpoint)> SendAsync(ExplainRequest request, CancellationToken cancellationToken)
    {
        _endpointHeads.Clear();
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, request.IsTls ? _proxy.HttpsPort : _proxy.HttpPort, cancellationToken);
        Stream stream = client.GetStream();
        var family = request.Client.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        var self = request.Client.AddressFamily == AddressFamily.InterNetwork ? "127.0.0.1" : "::1";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PROXY {family} {request.Client} {self} 40000 {request.Port}\r\n"), cancellationToken);
        try
        {
            if (request.IsTls)
            {
#pragma warning disable CA5359 // It is our own listener: who it is needs no proof, and hosts without a certificate have the default one.
                var tls = new SslStream(stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = request.Host }, cancellationToken);
                stream = tls;
            }

            await stream.WriteAsync(request.ToBytes(), cancellationToken);
            var answer = await ReadHeadAsync(stream, cancellationToken);
            return (answer, _endpointHeads.FirstOrDefault());
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            return ("", null);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _endpoint.AcceptAsync(_stop.Token);
                await using var stream = new NetworkStream(connection);
                _endpointHeads.Add(await ReadHeadAsync(stream, _stop.Token));
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The trial is over.
        }
    }

    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var have = 0;
        while (have < buffer.Length)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(have), cancellationToken);
            have += count;
            if (buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                return Encoding.Latin1.GetString(buffer, 0, end);
            }

            if (count == 0)
            {
                break;
            }
        }

        return Encoding.Latin1.GetString(buffer, 0, have);
    }
}
