using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>HAProxy with <c>http-reuse always</c> and its routes in a map, as its own ingress controller keeps them.</summary>
internal sealed class HaproxyPeer : Peer
{
    public override string Name => "haproxy";

    public override string Version(Workshop workshop) => FirstLine(workshop, "haproxy", "-v");

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var (http, https) = (Workshop.FreePort(), setup.Certificate is null ? -1 : Workshop.FreePort());
        var map = workshop.WriteFile($"{label}.map", string.Concat(setup.Routes.Select(static route => $"{route.Host}{route.Path} backend\n")));
        var tls = "";
        if (setup.Certificate is { } files)
        {
            var pem = workshop.WriteFile($"{label}.pem", File.ReadAllText(files.Certificate) + File.ReadAllText(files.Key));
            tls = $"bind 127.0.0.1:{https} ssl crt {pem} alpn http/1.1 no-tls-tickets";
        }

        var file = workshop.WriteFile($"{label}.cfg",
            $"""
            global
                nbthread {setup.Loops}
                maxconn 24000
                no strict-limits
                tune.ssl.cachesize 0
            defaults
                mode http
                timeout client 75s
                timeout server 60s
                timeout connect 5s
                timeout http-request 30s
                timeout http-keep-alive 75s
                http-reuse always
                option forwardfor
                option http-keep-alive
            frontend front
                bind 127.0.0.1:{http}
                {tls}
                http-request set-header X-Forwarded-Proto {(https < 0 ? "http" : "https")}
                http-request set-header X-Real-IP %[src]
                use_backend %[base,map_beg({map})]
            backend backend
                server one 127.0.0.1:{setup.UpstreamPort}

            """);
        return new RunningPeer(workshop.Start(label, cores, "haproxy", "-db", "-f", file), http, https);
    }
}
