using System.Net;
using System.Net.Sockets;

namespace Inlet.Local;

/// <summary>Chooses where this machine answers for LoadBalancer ports 80 and 443, before anything is started.</summary>
/// <param name="Http">0 lets the system pick.</param>
/// <param name="Https">0 lets the system pick.</param>
internal sealed record IngressPorts(int Http, int Https)
{
    /// <param name="http">Null: 80, or 8080 where 80 and 443 are not both to be had.</param>
    /// <param name="https">Null: 443, or 8443.</param>
    /// <exception cref="LocalClusterException">A port asked for, or the last one to fall back to, cannot be bound.</exception>
    public static IngressPorts Choose(IPAddress bind, int? http, int? https)
    {
        // Both or neither: a pair such as 80 and 8443 is what nobody guesses.
        var wellKnown = (http is not null || WhyNot(bind, 80) is null) && (https is not null || WhyNot(bind, 443) is null);
        return new(
            Checked(bind, http ?? (wellKnown ? 80 : 8080), "--http-port"),
            Checked(bind, https ?? (wellKnown ? 443 : 8443), "--https-port"));
    }

    private static int Checked(IPAddress bind, int port, string flag) =>
        port == 0 || WhyNot(bind, port) is not { } why
            ? port
            : throw new LocalClusterException($"port {port} on {bind} cannot be used: {why}; choose another with {flag} (0 picks a free one)");

    private static string? WhyNot(IPAddress bind, int port)
    {
        using var socket = new Socket(bind.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(bind, port));
            socket.Listen(1);
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program listens there",
                SocketError.AccessDenied => "this user may not bind it",
                _ => exception.Message,
            };
        }
    }
}
