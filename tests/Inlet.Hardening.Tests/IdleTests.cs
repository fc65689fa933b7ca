using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Inlet.Hardening.Tests.Harness;
using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests;

/// <summary>The program as users run it, with many visitors who say nothing.</summary>
public sealed class IdleTests
{
    private const int Connections = 10_000;

    [Fact]
    public async Task Ten_thousand_idle_connections_are_kept_within_their_budget()
    {
        await using var backend = RawBackend.Saying("ok");
        var directory = Directory.CreateTempSubdirectory("inlet-hardening-");
        var clients = new List<RawClient>(Connections);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "app.yaml"), Manifest(backend.Port), TestContext.Current.CancellationToken);
            var port = FreePort();
            await using var inlet = Program.Start(
                ProgramPath(), ["controller", "-f", directory.FullName, "--bind", "127.0.0.1", "--http-port", $"{port}", "--https-port", "-1", "--admin-port", "-1"]);
            await ServingAsync(port, inlet);
            // The buffers and the pool of the usual amount, before they are counted.
            await OpenAsync(port, clients, 200);
            var before = Resident(inlet.Id);
            await OpenAsync(port, clients, Connections - clients.Count);
            var grown = Resident(inlet.Id) - before;
            Assert.InRange(grown, 0, 30 << 20);
            // Each of them is still there.
            foreach (var client in clients.Where(static (_, index) => index % 100 == 0))
            {
                Assert.Equal(200, (await client.GetAsync()).Status);
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
            directory.Delete(recursive: true);
        }
    }

    private static async Task OpenAsync(int port, List<RawClient> clients, int count)
    {
        for (var opened = 0; opened < count; opened++)
        {
            clients.Add(await RawClient.ConnectAsync(port));
            Assert.Equal(200, (await clients[^1].GetAsync()).Status);
        }
    }

    private static async Task ServingAsync(int port, Program inlet)
    {
        for (var deadline = Environment.TickCount64 + 30_000; ; await Task.Delay(50))
        {
            Assert.True(Environment.TickCount64 < deadline && !inlet.HasExited, $"inlet does not serve: {inlet.Describe()}");
            try
            {
                using var client = await RawClient.ConnectAsync(port);
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

    private static long Resident(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
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
