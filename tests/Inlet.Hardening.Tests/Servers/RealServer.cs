using System.Net;
using System.Net.Sockets;
using Inlet.Hardening.Tests.Harness;

namespace Inlet.Hardening.Tests.Servers;

/// <summary>
/// A web server from the distribution on a free port of loopback. It answers <c>/after</c> with the body <c>after</c> and all
/// else somehow, and tells of every request it believes to have seen.
/// </summary>
internal abstract class RealServer : IAsyncDisposable
{
    /// <summary>In a server's log: id, method and target, with spaces between; a dash stands for no id.</summary>
    public sealed record SeenRequest(string Id, string Rest)
    {
        /// <summary>The server could make nothing of it: each has its own way to say so where the method would stand.</summary>
        public bool IsRefusal => Id == "-" && (Rest.Length == 0 || Rest[0] is '-' or ' ' or '<' || Rest.StartsWith("HPE_", StringComparison.Ordinal));
    }

    private readonly List<Program> _programs = [];

    protected RealServer()
    {
        // Servers give up root's rights and must still reach their files.
        File.SetUnixFileMode(Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public static IEnumerable<string> Names => ["nginx", "apache", "haproxy", "lighttpd", "varnish", "node"];

    public int Port { get; } = FreePort();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("inlet-hardening-").FullName;

    protected Program Main => _programs[0];

    public static async Task<RealServer> StartAsync(string name)
    {
        RealServer server = name switch
        {
            "nginx" => new NginxServer(),
            "apache" => new ApacheServer(),
            "haproxy" => new HaproxyServer(),
            "lighttpd" => new LighttpdServer(),
            "varnish" => new VarnishServer(),
            "node" => new NodeServer(),
            _ => throw new ArgumentException($"no server is called {name}", nameof(name)),
        };
        try
        {
            server.Run();
            await server.ListeningAsync();
            await server.FollowAsync();
            return server;
        }
        catch (Exception)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the server, which makes it write what it still keeps, and reads its log.</summary>
    public async Task<IReadOnlyList<SeenRequest>> StopAndTellAsync()
    {
        foreach (var program in Enumerable.Reverse(_programs))
        {
            await program.StopAsync();
        }

        return [.. ReadLog().Where(static line => line.Length > 0).Select(static line => line.Split(' ', 2)).Select(static parts => new SeenRequest(parts[0], parts.ElementAtOrDefault(1) ?? ""))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in Enumerable.Reverse(_programs))
        {
            await program.DisposeAsync();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    protected abstract void Run();

    /// <summary>What can start only when the server listens.</summary>
    protected virtual Task FollowAsync() => Task.CompletedTask;

    protected virtual IEnumerable<string> ReadLog() => File.ReadLines(At("seen.log"));

    protected string At(string name) => Path.Combine(Directory, name);

    protected string Write(string name, string content)
    {
        File.WriteAllText(At(name), content);
        return At(name);
    }

    protected void Start(string program, params string[] arguments) => _programs.Add(Program.Start(program, arguments, Directory));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ListeningAsync()
    {
        for (var deadline = Environment.TickCount64 + 30_000; ;)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                Assert.True(Environment.TickCount64 < deadline && !Main.HasExited, $"{GetType().Name} does not listen: {Main.Describe()}");
                await Task.Delay(20);
            }
        }
    }
}
