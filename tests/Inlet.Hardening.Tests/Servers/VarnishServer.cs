using Inlet.Proxy.Tests;

namespace Inlet.Hardening.Tests.Servers;

internal sealed class VarnishServer : RealServer
{
    protected override void Run() => Start("varnishd", "-F", "-n", At("varnish"), "-a", $"127.0.0.1:{Port}", "-j", "none",
        "-p", "http_req_hdr_len=60k", "-p", "http_req_size=128k", "-p", "workspace_client=512k", "-p", "http_max_hdr=256", "-p", "timeout_idle=60",
        "-f", Write("varnish.vcl", """
            vcl 4.1;
            backend default none;
            sub vcl_recv { return (synth(200)); }
            sub vcl_synth {
                set resp.http.Content-Type = "text/plain";
                if (req.url == "/after") { set resp.body = "after"; } else { set resp.body = "x"; }
                return (deliver);
            }
            """));

    /// <summary>Its log is a program of its own, which must have found the server before the first request counts.</summary>
    protected override async Task FollowAsync()
    {
        Start("varnishncsa", "-n", At("varnish"), "-w", At("seen.log"), "-F", "%{X-Request-ID}i %m %U%q");
        using var client = new HttpClient { DefaultRequestHeaders = { { "X-Request-ID", "ready" } } };
        await Wait.UntilAsync(() => client.GetAsync($"http://127.0.0.1:{Port}/").Result.IsSuccessStatusCode && new FileInfo(At("seen.log")) is { Exists: true, Length: > 0 }, "varnishncsa to write");
    }

    protected override IEnumerable<string> ReadLog() => base.ReadLog().Where(static line => !line.StartsWith("ready ", StringComparison.Ordinal));
}
