using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>nginx as a careful administrator sets it up: upstream keep-alive on, no access log, the usual forwarding headers.</summary>
internal sealed class NginxPeer : Peer
{
    public override string Name => "nginx";

    public override string Version(Workshop workshop) => FirstLine(workshop, "nginx", "-v");

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var (http, https) = (Workshop.FreePort(), setup.Certificate is null ? -1 : Workshop.FreePort());
        var servers = setup.Routes.GroupBy(static route => route.Host).Select(host =>
            $$"""
                server {
                    listen 127.0.0.1:{{http}};
                    {{(https < 0 ? "" : $"listen 127.0.0.1:{https} ssl;")}}
                    server_name {{host.Key}};
                    {{string.Concat(host.Select(static route => $"location {route.Path} {{ proxy_pass http://backend; }}\n        "))}}
                }

            """);
        // Keep-alive limits far away on both sides: the default of 1,000 requests would measure reconnects.
        var file = workshop.WriteFile($"{label}.conf",
            $$"""
            daemon off;
            user root;
            worker_processes {{setup.Loops}};
            worker_rlimit_nofile 16000;
            pid {{workshop.PathOf(label)}}.pid;
            error_log stderr warn;
            events { worker_connections 15000; }
            http {
                access_log off;
                keepalive_timeout 75s;
                keepalive_requests 1000000000;
                server_names_hash_max_size 131072;
                client_body_temp_path {{workshop.PathOf(label)}}-body;
                proxy_temp_path {{workshop.PathOf(label)}}-proxy;
                fastcgi_temp_path {{workshop.PathOf(label)}}-fastcgi;
                uwsgi_temp_path {{workshop.PathOf(label)}}-uwsgi;
                scgi_temp_path {{workshop.PathOf(label)}}-scgi;
                upstream backend {
                    server 127.0.0.1:{{setup.UpstreamPort}};
                    keepalive 320;
                    keepalive_requests 1000000000;
                }
                proxy_http_version 1.1;
                {{(setup.BufferBodies ? "" : UnbufferedBodies)}}
                proxy_set_header Connection "";
                proxy_set_header Host $http_host;
                proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $remote_addr;
                proxy_set_header X-Forwarded-Proto $scheme;
                {{Tls(setup)}}
            {{string.Concat(servers)}}
            }

            """);
        return new RunningPeer(workshop.Start(label, cores, "nginx", "-p", workshop.Directory, "-c", file), http, https);
    }

    // Unbuffered bodies pass through one buffer of this size; with the default of 4 KB nginx needs four times the CPU.
    private const string UnbufferedBodies = "proxy_buffering off; proxy_buffer_size 64k; proxy_buffers 4 64k; proxy_busy_buffers_size 128k;";

    // No session cache and no tickets: a handshake case measures whole handshakes on every side.
    private static string Tls(PeerSetup setup) => setup.Certificate is not { } files ? "" :
        $"""
        ssl_certificate {files.Certificate};
            ssl_certificate_key {files.Key};
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_session_cache none;
            ssl_session_tickets off;
        """;
}
