using System.Net;
using System.Net.Sockets;
using Inlet.Local.Node.Network;
using Inlet.Local.Node.Services.Relays;

namespace Inlet.Local.Node.Services;

/// <summary>A listener that cannot be had, and why; the message names the port and the remedy.</summary>
internal sealed record BindFailure(WantedListener Listener, string Message);

/// <summary>Opens the listeners that are wanted and closes those that no longer are; what is in both stays untouched. One caller at a time.</summary>
internal sealed class ListenerBinder(NodeAgentOptions options, RelayEngine engine)
{
    private const int Backlog = 4096;

    private readonly Dictionary<WantedListener, (IPEndPoint Bound, Func<Task> CloseAsync)> _open = [];

    public IReadOnlyList<BoundServicePort> Bound =>
    [
        .. _open.Select(static open => new BoundServicePort(
            open.Key.Service.Namespace, open.Key.Service.Name, open.Key.Port.Name, open.Key.Port.Port, open.Key.Kind, open.Value.Bound)),
    ];

    /// <returns>Whether anything was opened or closed, and what could not be opened. Nothing else is held up by that.</returns>
    public async Task<(bool Changed, IReadOnlyList<BindFailure> Failures)> ReconcileAsync(IReadOnlyList<WantedListener> wanted)
    {
        var keep = wanted.ToHashSet();
        var unwanted = _open.Keys.Where(open => !keep.Contains(open)).ToList();
        foreach (var listener in unwanted)
        {
            // Before the first is opened: a port may pass from one Service to another.
            _open.Remove(listener, out var open);
            await open.CloseAsync();
        }

        var changed = unwanted.Count > 0;
        var failures = new List<BindFailure>();
        foreach (var listener in wanted.Where(listener => !_open.ContainsKey(listener)))
        {
            try
            {
                var socket = await OpenAsync(listener);
                var bound = (IPEndPoint)socket.LocalEndPoint!;
                _open.Add(listener, (bound, engine.Listen(socket, listener.Target, Prefixes(listener.SourceRanges))));
                changed = true;
            }
            catch (Exception error) when (error is SocketException or PodNetworkException or IOException)
            {
                failures.Add(new BindFailure(listener, Explain(listener, error)));
            }
        }

        return (changed, failures);
    }

    private async Task<Socket> OpenAsync(WantedListener wanted)
    {
        var path = wanted.InServiceNamespace ? PodNetwork.ServiceNamespacePath(options.Network) : null;
        var socket = path is null ? Create() : await NetworkNamespace.RunInsideAsync(path, Create);
        try
        {
            if (wanted.Address.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(wanted.Address);
            if (wanted.Port.Protocol == "TCP")
            {
                socket.Listen(Backlog);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Socket Create() => wanted.Port.Protocol switch
        {
            "TCP" => new Socket(wanted.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
            "UDP" => new Socket(wanted.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp),
            _ => throw new SocketException((int)SocketError.ProtocolNotSupported),
        };
    }

    private string Explain(WantedListener listener, Exception error)
    {
        var what = $"cannot bind port {listener.Port.Port} of Service {listener.Service} ({listener.Kind}) on {listener.Address}";
        return (error as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse when Holder(listener) is { } other =>
                $"{what}: Service {other.Service} has it ({other.Kind}, port {other.Port.Port}). Give one of the two another port",
            SocketError.AddressAlreadyInUse => $"{what}: another program of this machine listens there. Stop it, or {Remedy(listener)}",
            SocketError.AccessDenied => $"{what}: ports below 1024 need root or CAP_NET_BIND_SERVICE. Grant it, or {Remedy(listener)}",
            SocketError.AddressNotAvailable => $"{what}: this machine does not have the address. {(listener.Kind == BoundServicePortKind.ExternalIP
                ? "Give it the address, or take it out of spec.externalIPs"
                : "Choose another --bind address")}",
            SocketError.ProtocolNotSupported => $"{what}: protocol {listener.Port.Protocol} is not relayed. Use TCP or UDP",
            _ => $"{what}: {error.Message}",
        };
    }

    /// <returns>Null allows everyone. What is no prefix allows nobody: a fence with a gap would be none.</returns>
    private static IPNetwork[]? Prefixes(string sourceRanges) => sourceRanges.Length == 0
        ? null
        : [.. sourceRanges.Split(',').Select(static text => IPNetwork.TryParse(text, out var prefix) ? (IPNetwork?)prefix : null).OfType<IPNetwork>()];

    private static string Remedy(WantedListener listener) => listener switch
    {
        { Kind: BoundServicePortKind.LoadBalancer, Port.Port: 80 } => "choose another --http-port",
        { Kind: BoundServicePortKind.LoadBalancer, Port.Port: 443 } => "choose another --https-port",
        { Kind: BoundServicePortKind.NodePort } => "give the Service another nodePort",
        _ => "give the Service another port",
    };

    private WantedListener? Holder(WantedListener wanted) => _open
        .Where(open => open.Key.InServiceNamespace == wanted.InServiceNamespace && open.Key.Port.Protocol == wanted.Port.Protocol)
        .Where(open => open.Value.Bound.Port == wanted.Address.Port && Overlap(open.Value.Bound.Address, wanted.Address.Address))
        .Select(open => open.Key)
        .FirstOrDefault();

    private static bool Overlap(IPAddress one, IPAddress other) => one.Equals(other) || IsAny(one) || IsAny(other);

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
