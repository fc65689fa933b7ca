using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Inlet.Local.Node.Probes;

/// <summary>Says where a connection could not be made and why, in the words of Go's network library: those people search for.</summary>
internal static class Dial
{
    public static string Failure(string host, int port, SocketException error) =>
        string.Create(CultureInfo.InvariantCulture, $"dial tcp {host}:{port}: connect: {Reason(error)}");

    /// <summary>What went wrong with a connection that was made, or was not.</summary>
    public static string Failure(string host, int port, Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionReset } => string.Create(CultureInfo.InvariantCulture, $"read tcp {host}:{port}: connection reset by peer"),
        SocketException socket => Failure(host, port, socket),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "EOF",
        _ => error.Message,
    };

    // Not the exception's own text: it carries the address in some cases and not in others.
    private static string Reason(SocketException error) => Lower(Marshal.GetPInvokeErrorMessage(error.NativeErrorCode));

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
