using System.Net;
using System.Net.Sockets;
using Inlet.Proxy;

namespace Inlet.Controller.Tests;

public sealed class TraceExportTests
{
    [Fact]
    public async Task Recorded_spans_reach_a_collector_and_none_is_lost_at_the_stop()
    {
        using var collector = new HttpListener();
        var port = FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var received = ReceiveAsync(collector);
        var trace = Guid.NewGuid();
        await using var shop = new TestBackend("shop");
        var controller = await TestController.StartAsync(
            new ControllerOptions
            {
                Tracing = new TracingOptions(0),
                TraceExport = new TraceExportOptions(new Uri($"http://127.0.0.1:{port}"), Grpc: false, "inlet-test"),
            },
            ("services.yaml", Manifests.Service("shop", shop)),
            ("ingress.yaml", Manifests.Ingress("a", "www.app.com", "/", "shop")));
        await using (controller)
        {
            // Recorded because the client's own is.
            Assert.Equal((200, "shop"), await controller.GetAsync("www.app.com", "/x", ("traceparent", $"00-{trace:N}-b7ad6b7169203331-01")));
        }

        var (path, body) = await received.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal("/v1/traces", path);
        Assert.True(body.AsSpan().IndexOf(Convert.FromHexString(trace.ToString("N"))) >= 0, "the trace's id");
        Assert.True(body.AsSpan().IndexOf("inlet-test"u8) >= 0, "the service's name");
        Assert.True(body.AsSpan().IndexOf("http.response.status_code"u8) >= 0, "the status");
    }

    private static async Task<(string Path, byte[] Body)> ReceiveAsync(HttpListener collector)
    {
        var context = await collector.GetContextAsync();
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        context.Response.Close();
        return (context.Request.Url!.AbsolutePath, body.ToArray());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
