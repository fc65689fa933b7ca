using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Inlet.Controller.Tests;

/// <summary>A controller over a directory of manifests, as <c>inlet controller -f DIR</c> runs it, with what it logs.</summary>
internal sealed class TestController : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-controller-");
    private readonly LogLines _log = new();
    private ControllerHost? _host;
    private HttpClient? _client;

    public ControllerHost Host => _host!;

    public string PathOf(string file) => Path.Combine(_directory.FullName, file);

    public static Task<TestController> StartAsync(params (string File, string Text)[] files) => StartAsync(new ControllerOptions(), files);

    /// <param name="options">Ports and files are the harness's.</param>
    public static async Task<TestController> StartAsync(ControllerOptions options, params (string File, string Text)[] files)
    {
        var controller = new TestController();
        foreach (var (file, text) in files)
        {
            File.WriteAllText(controller.PathOf(file), text);
        }

        await controller.StartAsync(options);
        return controller;
    }

    /// <summary>Replaces a file as an editor does: the new one is written beside it and renamed over it.</summary>
    public void Write(string file, string text)
    {
        File.WriteAllText(PathOf(file + ".new"), text);
        File.Move(PathOf(file + ".new"), PathOf(file), overwrite: true);
    }

    public void Delete(string file) => File.Delete(PathOf(file));

    /// <summary>Sends one request; gives status and body.</summary>
    public async Task<(int Status, string Body)> GetAsync(string host, string path, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(HttpMethod.Get, host, path, null, headers);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends one request and gives the whole answer, redirects as they are.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string host, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{Host.HttpPort}{path}");
        request.Headers.Host = host;
        request.Content = body is null ? null : new StringContent(body);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client!.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<int> AdminAsync(string path)
    {
        using var response = await _client!.GetAsync(new Uri($"http://127.0.0.1:{Host.AdminPort}{path}"), TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    /// <summary>Asks until the answer is the wanted one; fails with the last other answer.</summary>
    public async Task UntilAsync(string host, string path, int status, string? body = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await GetAsync(host, path);
            if (answer.Status == status && (body is null || answer.Body == body))
            {
                return;
            }

            Assert.False(patience.IsCancellationRequested, $"{host}{path} is still answered {answer}, not {(status, body)}");
            await Task.Yield();
        }
    }

    /// <summary>Waits for a line of the log that contains all of <paramref name="parts"/>.</summary>
    public Task<string> LoggedAsync(params string[] parts) => _log.WaitAsync(parts, Patience);

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private async Task StartAsync(ControllerOptions basis)
    {
        var options = basis with
        {
            Bind = IPAddress.Loopback,
            HttpPort = 0,
            HttpsPort = 0,
            AdminPort = 0,
            Loops = 1,
            Files = [_directory.FullName],
            DrainGrace = TimeSpan.FromSeconds(5),
        };
        _host = await ControllerHost.StartAsync(options, new LoggerFactory([_log]), TimeProvider.System, TestContext.Current.CancellationToken);
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false });
        await _host.WaitUntilReadyAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly List<string> _seen = [];

        public async Task<string> WaitAsync(string[] parts, TimeSpan patience)
        {
            using var limit = new CancellationTokenSource(patience);
            var known = _seen.Find(Fits);
            while (known is null)
            {
                string line;
                try
                {
                    line = await _lines.Reader.ReadAsync(limit.Token);
                }
                catch (OperationCanceledException)
                {
                    throw new TimeoutException($"nothing logged with {string.Join(", ", parts)}; there is: {string.Join('\n', _seen)}");
                }

                _seen.Add(line);
                known = Fits(line) ? line : null;
            }

            return known;

            bool Fits(string line) => parts.All(part => line.Contains(part, StringComparison.Ordinal));
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Writer.TryWrite($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
