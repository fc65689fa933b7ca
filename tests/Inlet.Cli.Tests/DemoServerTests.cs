using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Inlet.Cli.Demo;

namespace Inlet.Cli.Tests;

public sealed class DemoServerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-demo-");
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _client = new();
    private readonly Task _server;
    private readonly Uri _address;

    public DemoServerTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory.FullName, "..2026"));
        File.WriteAllText(Path.Combine(_directory.FullName, "..2026", "greeting"), "hello\n");
        File.CreateSymbolicLink(Path.Combine(_directory.FullName, "..data"), "..2026");
        File.CreateSymbolicLink(Path.Combine(_directory.FullName, "greeting"), "..data/greeting");
        var port = FreePort();
        _address = new Uri($"http://127.0.0.1:{port}/");
        _server = DemoServer.RunAsync(new DemoOptions(IPAddress.Loopback, port, "shop", "v7", [_directory.FullName]), _stop.Token);
    }

    /// <summary>Waits until it listens.</summary>
    public async ValueTask InitializeAsync()
    {
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, _address.Port, Cancellation);
                return;
            }
            catch (SocketException) when (!_server.IsCompleted)
            {
                await Task.Yield();
            }
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Json_tells_who_answered_and_what_was_asked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/a/b?c=d")) { Content = new StringContent("body") };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Add("X-Mine", "1");
        using var response = await _client.SendAsync(request, Cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;

        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            ["name", "version", "pod", "method", "path", "host", "headers", "env", "files"], answer.AsObject().Select(static member => member.Key));
        Assert.Equal(("shop", "v7", "POST", "/a/b?c=d", _address.Authority),
            ((string)answer["name"]!, (string)answer["version"]!, (string)answer["method"]!, (string)answer["path"]!, (string)answer["host"]!));
        Assert.Equal("1", (string)answer["headers"]!["X-Mine"]!);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), (string)answer["env"]!["PATH"]!);
        Assert.Equal("hello\n", (string)Assert.Single(answer["files"]!.AsObject()).Value!);
    }

    [Fact]
    public async Task Text_opens_with_name_version_and_pod()
    {
        var text = await _client.GetStringAsync(_address, Cancellation);

        Assert.StartsWith("shop v7 on ", text, StringComparison.Ordinal);
        Assert.Contains("GET / for ", text, StringComparison.Ordinal);
        Assert.Contains("greeting: hello", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_read_anew_for_each_answer()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "..2026", "greeting"), "goodbye", Encoding.UTF8, Cancellation);

        Assert.Contains("goodbye", await _client.GetStringAsync(_address, Cancellation), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server;
        _client.Dispose();
        _stop.Dispose();
        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
