namespace Inlet.Hardening.Tests.Servers;

internal sealed class ApacheServer : RealServer
{
    protected override void Run()
    {
        System.IO.Directory.CreateDirectory(At("www"));
        Write("www/after", "after");
        Start("apache2", "-D", "FOREGROUND", "-f", Write("apache.conf", $"""
            ServerRoot {Directory}
            ServerName a.test
            Listen 127.0.0.1:{Port}
            PidFile {At("apache.pid")}
            DefaultRuntimeDir {Directory}
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            User www-data
            Group www-data
            StartServers 1
            DocumentRoot {At("www")}
            LogFormat "%{"{"}X-Request-ID{"}"}i %r" seen
            CustomLog {At("seen.log")} seen
            ErrorLog {At("error.log")}
            KeepAliveTimeout 60
            MaxKeepAliveRequests 0
            LimitRequestFieldSize 65536
            LimitRequestLine 65536
            LimitRequestFields 200
            """));
    }
}
