using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests.Harness;

/// <summary>The program as users run it, <c>inlet controller -f</c>, with one route to one back end.</summary>
internal sealed class InletController : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("inlet-hardening-");
    private Program? _program;

    public int Port { get; } = FreePort();

    public string Log => _program!.Describe();

    /// <param name="wrapper">A program that is to start it, with its arguments.</param>
    /// <param name="flags">More of the controller's own.</param>
    public static async Task<InletController> StartAsync(int backend, string[] wrapper, params string[] flags)
    {
        var inlet = new InletController();
        await File.WriteAllTextAsync(Path.Combine(inlet._directory.FullName, "app.yaml"), Manifest(backend));
        string[] command =
        [
            .. wrapper, ProgramPath(), "controller", "-f", inlet._directory.FullName, "--bind", "127.0.0.1",
            "--http-port", $"{inlet.Port}", "--https-port", "-1", "--admin-port", "-1", .. flags,
        ];
        inlet._program = Program.Start(command[0], command[1..]);
        try
        {
            await inlet.ServingAsync();
            return inlet;
        }
        catch (Exception)
        {
            await inlet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Bytes of memory it holds.</summary>
    public long Resident()
    {
        var line = File.ReadLines($"/proc/{_program!.Id}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    public async Task ServingAsync()
    {
        for (var deadline = Environment.TickCount64 + 30_000; ; await Task.Delay(50))
        {
            Assert.True(Environment.TickCount64 < deadline && !_program!.HasExited, $"inlet does not serve: {Log}");
            try
            {
                using var client = await RawClient.ConnectAsync(Port);
                if ((await client.GetAsync()).Status == 200)
                {
                    return;
                }
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    /// <summary>As <c>./inlet</c> builds it.</summary>
    private static string ProgramPath()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Inlet.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("Inlet.slnx is not above the tests");
        }

        return Path.Combine(directory.FullName, "artifacts", "inlet", "inlet");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Manifest(int port) => $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: app, namespace: default}
        spec:
          rules:
          - http:
              paths:
              - path: /
                pathType: Prefix
                backend: {service: {name: app, port: {number: 80} } }
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app, namespace: default}
        spec: {ports: [{name: http, port: 80, targetPort: {{port}} }]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: app-1, namespace: default, labels: {kubernetes.io/service-name: app} }
        addressType: IPv4
        ports: [{name: http, port: {{port}} }]
        endpoints: [{addresses: [127.0.0.1], conditions: {ready: true} }]
        """;
}
