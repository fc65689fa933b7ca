using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Inlet.Proxy.Tests;

/// <summary>A back end behind TLS that answers each request with what it saw: server name, client certificate, head.</summary>
public sealed class TlsBackend : IAsyncDisposable
{
    private readonly SocketServer _server;
    private readonly X509Certificate2 _certificate;
    private readonly bool _askForCertificate;

    private readonly SslProtocols _protocols;

    public TlsBackend(X509Certificate2 certificate, bool askForCertificate = false, SslProtocols protocols = SslProtocols.None)
    {
        _protocols = protocols;
        _certificate = certificate;
        _askForCertificate = askForCertificate;
        _server = new SocketServer(ServeAsync);
    }

    public int Port => _server.Port;

    public int Connections => _server.Connections;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new SslStream(new NetworkStream(socket));
        var name = "";
        await stream.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                name = hello.ServerName;
                return ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    EnabledSslProtocols = _protocols,
                    ClientCertificateRequired = _askForCertificate,
                    RemoteCertificateValidationCallback = (_, client, _, _) => !_askForCertificate || client is not null,
                });
            },
            null);
        var reader = new StreamReader(stream, Encoding.Latin1);
        while (await ReadHeadAsync(reader) is { } head)
        {
            var seen = $"sni={name};client={stream.RemoteCertificate?.Subject};{head}";
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {seen.Length}\r\n\r\n{seen}"));
        }
    }

    private static async Task<string?> ReadHeadAsync(StreamReader reader)
    {
        var head = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return head.ToString();
            }

            head.Append(line).Append('\n');
        }

        return null;
    }
}
