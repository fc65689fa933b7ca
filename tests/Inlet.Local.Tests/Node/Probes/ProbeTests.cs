using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Inlet.Kubernetes;
using Inlet.Local.Node.Runtime;
using Inlet.Local.Tests.Node.Harness;

namespace Inlet.Local.Tests.Node.Probes;

public sealed class ProbeTests
{
    [Fact]
    public async Task Readiness_by_command_follows_what_the_command_says()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","readinessProbe":{"periodSeconds":1,"failureThreshold":1,"exec":{"command":["test","-e","@FLAG"]}}""".Replace("@FLAG", flag, StringComparison.Ordinal));
        var unready = await run.WaitPhaseAsync("p", "Running");
        Assert.False(NodeRun.Container(unready).Boolean("ready"));
        Assert.True(NodeRun.Container(await run.WaitPodAsync("p", p => NodeRun.Container(p).Boolean("started") == true, "the container to have started")).Boolean("started"));

        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);
        await run.WaitReadyAsync("p");
        File.Delete(flag);

        var again = await run.WaitPodAsync("p", p => NodeRun.Condition(p, "Ready") == "False", "the pod to be unready again");
        Assert.Equal(0, NodeRun.Container(again).Integer("restartCount"));
        await run.WaitEventAsync("p", "Unhealthy", "Readiness probe failed: command exited with code 1");
    }

    [Fact]
    public async Task Readiness_by_http_sends_what_the_probe_says_and_reads_the_status()
    {
        using var server = await ProbeServer.StartAsync();
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", ""","ports":[{"name":"web","containerPort":@PORT}],"readinessProbe":{"periodSeconds":1,"failureThreshold":1,"httpGet":{"host":"127.0.0.1","port":"web","path":"/ready?x=1","httpHeaders":[{"name":"Host","value":"probe.test"},{"name":"X-Probe","value":"yes"}]}}""".Replace("@PORT", server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await run.WaitReadyAsync("p");

        Assert.StartsWith("GET /ready?x=1 HTTP/1.1\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("Host: probe.test\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("X-Probe: yes\r\n", server.LastRequest, StringComparison.Ordinal);
        Assert.Contains("User-Agent: kube-probe/", server.LastRequest, StringComparison.Ordinal);
        server.Status = 503;

        await run.WaitPodAsync("p", p => NodeRun.Condition(p, "Ready") == "False", "the pod to be unready");
        await run.WaitEventAsync("p", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
    }

    [Fact]
    public async Task Liveness_that_fails_restarts_the_container()
    {
        await using var run = await NodeRun.StartAsync();
        using var server = await ProbeServer.StartAsync();
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","livenessProbe":{"periodSeconds":1,"failureThreshold":2,"tcpSocket":{"host":"127.0.0.1","port":@PORT}}""".Replace("@PORT", server.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await run.WaitReadyAsync("p");

        server.Dispose();

        var pod = await run.WaitPodAsync("p", p => NodeRun.Container(p).Integer("restartCount") == 1, "the container to be restarted");
        Assert.Equal(143, NodeRun.Container(pod).Object("lastState").Object("terminated").Integer("exitCode"));
        await run.WaitEventAsync("p", "Killing", "Container app failed liveness probe, will be restarted");
    }

    [Fact]
    public async Task Startup_probe_holds_the_others_back()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync("p", "exec sleep 1000", ""","startupProbe":{"periodSeconds":1,"failureThreshold":100,"exec":{"command":["test","-e","@FLAG"]}},"livenessProbe":{"periodSeconds":1,"failureThreshold":1,"exec":{"command":["test","-e","@FLAG"]}}""".Replace("@FLAG", flag, StringComparison.Ordinal));
        await run.WaitEventAsync("p", "Unhealthy", "Startup probe failed");
        var waiting = await run.GetPodAsync("p");
        Assert.False(NodeRun.Container(waiting).Boolean("started"));
        Assert.False(NodeRun.Container(waiting).Boolean("ready"));

        await File.WriteAllTextAsync(flag, "", TestContext.Current.CancellationToken);

        Assert.Equal(0, NodeRun.Container(await run.WaitReadyAsync("p")).Integer("restartCount"));
    }

    [Fact]
    public async Task Server_that_is_up_soon_is_ready_soon_despite_a_long_period()
    {
        await using var run = await NodeRun.StartAsync();
        var flag = Path.Combine(run.Root, "flag");
        await run.CreateShellPodAsync(
            "p", $"sleep 0.3; touch {flag}; exec sleep 1000", ""","readinessProbe":{"periodSeconds":3600,"exec":{"command":["test","-e","@FLAG"]}}""".Replace("@FLAG", flag, StringComparison.Ordinal));

        await run.WaitReadyAsync("p");
    }

    [Fact]
    public async Task Probe_that_hangs_fails_by_its_timeout_and_its_command_is_killed()
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync(
            "p", "exec sleep 1000", ""","readinessProbe":{"periodSeconds":3600,"timeoutSeconds":1,"failureThreshold":1,"exec":{"command":["sleep","1006"]}}""");

        await run.WaitEventAsync("p", "Unhealthy", "Readiness probe failed: command \"sleep 1006\": no answer within 1 s");
    }

    [Theory]
    [InlineData("httpGet", "Get \"http://127.0.0.1:1/\": dial tcp 127.0.0.1:1: connect: connection refused")]
    [InlineData("tcpSocket", "dial tcp 127.0.0.1:1: connect: connection refused")]
    [InlineData("grpc", "failed to connect service \"127.0.0.1:1\": dial tcp 127.0.0.1:1: connect: connection refused")]
    public async Task Probe_that_reaches_nobody_says_where_it_tried(string handler, string message)
    {
        await using var run = await NodeRun.StartAsync();
        await run.CreateShellPodAsync("p", "exec sleep 1000", $$$""","readinessProbe":{"periodSeconds":1,"failureThreshold":1,"{{{handler}}}":{"port":1}}""");

        await run.WaitEventAsync("p", "Unhealthy", $"Readiness probe failed: {message}");
    }

    [Fact]
    public async Task Answer_of_another_program_on_a_shared_network_makes_no_pod_ready_and_the_clash_is_told()
    {
        using var server = await ProbeServer.StartAsync();
        await using var run = await NodeRun.StartAsync();
        // Says what a server says that finds its port taken, a while after it was started.
        await run.CreateShellPodAsync(
            "p", "sleep 3; exit 98", $$$""","ports":[{"containerPort":{{{server.Port}}}}],"readinessProbe":{"periodSeconds":1,"failureThreshold":1,"httpGet":{"port":{{{server.Port}}}}}""");

        await run.WaitEventAsync("p", "Unhealthy", $"127.0.0.1:{server.Port} answers, but process {Environment.ProcessId} (");
        await run.WaitEventAsync("p", "PortInUse", $"Port {server.Port} of this machine is taken: process {Environment.ProcessId} (");
        Assert.NotEqual("True", NodeRun.Condition(await run.GetPodAsync("p"), "Ready"));
    }

    [Fact]
    public async Task Answer_of_the_pods_own_process_on_a_shared_network_makes_it_ready()
    {
        await using var run = await NodeRun.StartAsync();
        int port;
        using (var free = await ProbeServer.StartAsync())
        {
            port = free.Port;
        }

        var script = $"exec perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => \"127.0.0.1:{port}\", ReuseAddr => 1) or die; while ($c = $s->accept) {{ close $c }}'";
        await run.CreateShellPodAsync("p", script, $$$""","readinessProbe":{"periodSeconds":1,"tcpSocket":{"port":{{{port}}}}}""");

        await run.WaitReadyAsync("p");
        Assert.Contains("(perl) of pod p", PortOwners.FindForeign(port, static _ => false), StringComparison.Ordinal);
    }

    /// <summary>A server of this machine that answers every request with the same status.</summary>
    private sealed class ProbeServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Status { get; set; } = 200;

        public string LastRequest { get; private set; } = "";

        public static Task<ProbeServer> StartAsync()
        {
            var server = new ProbeServer();
            server._listener.Start();
            _ = server.RunAsync();
            return Task.FromResult(server);
        }

        public void Dispose() => _listener.Dispose();

        private async Task RunAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var buffer = new byte[4096];
            var read = await stream.ReadAsync(buffer);
            if (read > 0)
            {
                LastRequest = System.Text.Encoding.ASCII.GetString(buffer, 0, read);
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            }
        }
    }
}
