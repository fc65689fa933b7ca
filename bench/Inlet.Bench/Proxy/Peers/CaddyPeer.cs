using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>Caddy from a Caddyfile; its admin endpoint and automatic certificates are off.</summary>
internal sealed class CaddyPeer : Peer
{
    public override string Name => "caddy";

    public override bool CanCountLoops => false;

    public override string Version(Workshop workshop) => $"caddy {FirstLine(workshop, "caddy", "version")}";

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var (http, https) = (Workshop.FreePort(), setup.Certificate is null ? -1 : Workshop.FreePort());
        var sites = setup.Routes.GroupBy(static route => route.Host).Select(host =>
        {
            var handles = string.Concat(host.OrderByDescending(static route => route.Path.Length)
                .Select(route => $"    handle {route.Path.TrimEnd('/')}* {{\n        import proxy\n    }}\n"));
            var site = $"http://{host.Key}:{http} {{\n    bind 127.0.0.1\n{handles}}}\n";
            return setup.Certificate is not { } files ? site
                : $"{site}https://{host.Key}:{https} {{\n    bind 127.0.0.1\n    tls {files.Certificate} {files.Key}\n{handles}}}\n";
        });
        var file = workshop.WriteFile($"{label}.caddyfile",
            $$"""
            {
                admin off
                auto_https off
                log {
                    level ERROR
                }
                servers {
                    protocols h1
                }
            }
            (proxy) {
                reverse_proxy 127.0.0.1:{{setup.UpstreamPort}} {
                    transport http {
                        keepalive_idle_conns_per_host 320
                    }
                }
            }
            {{string.Concat(sites)}}
            """);
        // Else it would leave its files in the home directory of whoever measures.
        return new RunningPeer(workshop.Start(label, cores, "env", $"HOME={workshop.Directory}", $"XDG_CONFIG_HOME={workshop.Directory}", $"XDG_DATA_HOME={workshop.Directory}", "caddy", "run", "--adapter", "caddyfile", "--config", file), http, https);
    }
}
