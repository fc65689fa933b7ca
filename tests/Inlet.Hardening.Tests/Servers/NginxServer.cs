namespace Inlet.Hardening.Tests.Servers;

internal sealed class NginxServer : RealServer
{
    protected override void Run() => Start("nginx", "-p", Directory, "-e", At("error.log"), "-c", Write("nginx.conf", $$"""
        daemon off; master_process off; pid {{At("nginx.pid")}}; error_log {{At("error.log")}};
        events { }
        http {
            # A head that was refused before the id in it was read.
            map "$status:$http_x_request_id" $understood { "400:" "-"; default $request_method; }
            log_format seen '$http_x_request_id $understood $request_uri';
            access_log {{At("seen.log")}} seen;
            client_body_temp_path {{At("body")}}; proxy_temp_path {{At("proxy")}}; fastcgi_temp_path {{At("fastcgi")}};
            uwsgi_temp_path {{At("uwsgi")}}; scgi_temp_path {{At("scgi")}};
            client_max_body_size 0; large_client_header_buffers 8 64k; keepalive_requests 100000;
            server {
                listen 127.0.0.1:{{Port}};
                location / { return 200 "x"; }
                location = /after { return 200 "after"; }
            }
        }
        """));
}
