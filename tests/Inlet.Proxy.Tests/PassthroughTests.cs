using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Inlet.Model;

namespace Inlet.Proxy.Tests;

public sealed class PassthroughTests : IDisposable
{
    private readonly TestAuthority _authority = new("passthrough");

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("pass.test", "CN=behind")]
    [InlineData("PASS.test", "CN=behind")]
    [InlineData("x.wild.test", "CN=behind")]
    [InlineData("here.test", "CN=Inlet Default Certificate")]
    [InlineData("", "CN=Inlet Default Certificate")]
    public async Task Name_in_the_handshake_decides_who_ends_it(string name, string subject)
    {
        using var certificate = _authority.Issue("CN=behind", "pass.test");
        await using var backend = new TlsBackend(certificate);
        await using var plain = RawBackend.Saying("plain");
        await using var proxy = Passing(backend.Port, plain.Port);
        for (var round = 0; round < 2; round++)
        {
            using var client = await ConnectAsync(proxy, name, subject);
            var answer = await client.GetAsync("/x", host: "here.test");
            Assert.Equal(200, answer.Status);
            Assert.Equal(subject == "CN=behind", answer.Body.Contains("GET /x", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Handshake_in_single_bytes_is_passed_through_whole()
    {
        using var certificate = _authority.Issue("CN=behind", "pass.test");
        await using var backend = new TlsBackend(certificate);
        await using var proxy = Passing(backend.Port);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        await using var stream = new SslStream(new Dripping(new NetworkStream(socket)), false, static (_, server, _, _) => server is { Subject: "CN=behind" });
        await stream.AuthenticateAsClientAsync("pass.test");
        using var client = new RawClient(stream);
        Assert.Equal(200, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Endpoint_that_is_gone_costs_the_connection_and_the_next_one_is_tried()
    {
        using var certificate = _authority.Issue("CN=behind", "pass.test");
        await using var backend = new TlsBackend(certificate);
        await using var proxy = Passing(backend.Port);
        proxy.Endpoints("pass", 1, backend.Port);
        for (var round = 0; round < 4; round++)
        {
            using var client = await ConnectAsync(proxy, "pass.test", "CN=behind");
            Assert.Equal(200, (await client.GetAsync()).Status);
        }

        proxy.Endpoints("pass");
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(proxy, "pass.test", "CN=behind"));
    }

    [Fact]
    public async Task What_is_no_handshake_is_not_passed_through()
    {
        await using var plain = RawBackend.Saying("plain");
        await using var proxy = Passing(plain.Port);
        foreach (var bytes in new[] { "GET / HTTP/1.1\r\nHost: pass.test\r\n\r\n", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", new string('\x16', 20_000) })
        {
            using var client = await RawClient.ConnectAsync(proxy.Server.HttpsPort);
            await client.SendAsync(bytes);
            await client.ReadToEndOrResetAsync();
        }

        Assert.Equal(0, plain.Connections);
    }

    /// <summary>Every beginning of a real handshake, and whatever becomes of one byte of it: a name, none, or more bytes wanted.</summary>
    [Fact]
    public async Task Parser_takes_anything()
    {
        var hello = await HelloAsync("pass.test");
        Assert.True(ClientHello.TryFindName(hello, out var name));
        Assert.Equal("pass.test", System.Text.Encoding.ASCII.GetString(name));
        for (var length = 0; length < hello.Length; length++)
        {
            Assert.False(ClientHello.TryFindName(hello.AsSpan(0, length), out _));
        }

        for (var at = 0; at < hello.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0xFF, (byte)(hello[at] + 1), (byte)(hello[at] - 1) })
            {
                var changed = hello.ToArray();
                changed[at] = value;
                ClientHello.TryFindName(changed, out _);
            }
        }
    }

    [Theory]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", null)]
    [InlineData("NO-SUCH-CIPHER", "TlsCiphersInvalid")]
    public async Task Host_has_ciphers_of_its_own(string ciphers, string? verdict)
    {
        using var certificate = _authority.Issue("CN=own", "own.test");
        await using var app = RawBackend.Saying("app");
        await using var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("app", app.Port);
        var verdicts = proxy.Publish(new HostModel("own.test", [RunningProxy.RouteTo("app")], [TestAuthority.Material(certificate)]) { Tls = new HostTlsPolicy { Ciphers = ciphers } });
        Assert.Equal(verdict is null ? [] : [verdict], verdicts.Select(static one => one.Code));

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, static (_, server, _, _) => server is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "own.test", EnabledSslProtocols = SslProtocols.Tls12 });
        Assert.Equal(verdict is null ? TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 : stream.NegotiatedCipherSuite, stream.NegotiatedCipherSuite);
        using var client = new RawClient(stream);
        Assert.Equal("app", (await client.GetAsync(host: "own.test")).Body);
    }

    private static RunningProxy Passing(int port, int? plain = null)
    {
        var proxy = new RunningProxy(new ProxyOptions { Loops = 1 });
        proxy.Endpoints("pass", port);
        proxy.Endpoints("app", plain ?? 1);
        Assert.Empty(proxy.Publish(
            RunningProxy.Host("pass.test", RunningProxy.RouteTo("pass")) with { Passthrough = RunningProxy.Key("pass") },
            RunningProxy.Host("*.wild.test", RunningProxy.RouteTo("pass")) with { Passthrough = RunningProxy.Key("pass") },
            RunningProxy.Host("here.test", RunningProxy.RouteTo("app"))));
        return proxy;
    }

    private static async Task<RawClient> ConnectAsync(RunningProxy proxy, string name, string subject)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", proxy.Server.HttpsPort);
        X509Certificate? seen = null;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), false, (_, server, _, _) => (seen = server) is not null);
        await stream.AuthenticateAsClientAsync(name);
        Assert.Equal(subject, seen!.Subject);
        return new RawClient(stream);
    }

    private static async Task<byte[]> HelloAsync(string name)
    {
        var received = new TaskCompletionSource<byte[]>();
        await using var backend = new RawBackend(async conversation =>
        {
            var header = await conversation.ReadExactlyAsync(5);
            var rest = await conversation.ReadExactlyAsync((header[3] << 8) | header[4]);
            received.TrySetResult(System.Text.Encoding.Latin1.GetBytes(header + rest));
        });
        using var client = new TcpClient("127.0.0.1", backend.Port);
        await using var stream = new SslStream(client.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(() => stream.AuthenticateAsClientAsync(name));
        return await received.Task;
    }

    /// <summary>Writes byte by byte.</summary>
    private sealed class Dripping(NetworkStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            for (var at = 0; at < count; at++)
            {
                inner.Write(buffer, offset + at, 1);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var at = 0; at < buffer.Length; at++)
            {
                await inner.WriteAsync(buffer.Slice(at, 1), cancellationToken);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
