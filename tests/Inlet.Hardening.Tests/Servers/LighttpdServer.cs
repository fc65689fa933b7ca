namespace Inlet.Hardening.Tests.Servers;

internal sealed class LighttpdServer : RealServer
{
    protected override void Run()
    {
        System.IO.Directory.CreateDirectory(At("www"));
        Write("www/after", "after");
        Start("lighttpd", "-D", "-f", Write("lighttpd.conf", $$"""
            server.bind = "127.0.0.1"
            server.port = {{Port}}
            server.document-root = "{{At("www")}}"
            server.errorlog = "{{At("error.log")}}"
            server.modules = ( "mod_accesslog" )
            accesslog.filename = "{{At("seen.log")}}"
            accesslog.format = "%{X-Request-ID}i %r"
            server.max-keep-alive-requests = 100000
            server.max-keep-alive-idle = 60
            server.max-request-field-size = 65536
            """));
    }
}
