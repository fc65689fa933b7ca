namespace Inlet.Hardening.Tests.Servers;

internal sealed class HaproxyServer : RealServer
{
    protected override void Run() => Start("haproxy", "-db", "-f", Write("haproxy.cfg", $"""
        global
            log stdout len 16384 format raw daemon
            tune.bufsize 65536
            tune.http.maxhdr 200
        defaults
            mode http
            timeout client 60s
            timeout http-request 60s
            timeout http-keep-alive 60s
            log global
            option dontlognull
        frontend f
            bind 127.0.0.1:{Port}
            http-request capture req.hdr(X-Request-ID) len 64
            log-format "SEEN %[capture.req.hdr(0)] %HM %HU"
            http-request return status 200 content-type text/plain string "after" if {"{"} path /after {"}"}
            http-request return status 200 content-type text/plain string "x"

        """));

    protected override IEnumerable<string> ReadLog() =>
        Main.Output.Where(static line => line.StartsWith("SEEN ", StringComparison.Ordinal))
            // Its log's own escape.
            .Select(static line => line[5..].Replace("#23", "#", StringComparison.Ordinal));
}
