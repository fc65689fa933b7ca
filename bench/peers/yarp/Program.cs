using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Yarp.ReverseProxy.Configuration;

// yarp HTTP-PORT UPSTREAM-PORT ROUTES-FILE [HTTPS-PORT CERTIFICATE KEY]: YARP as its documentation starts it, on loopback.
// ROUTES-FILE has one "host path" per line; every route goes to the same upstream.
var (httpPort, upstreamPort) = (int.Parse(args[0]), int.Parse(args[1]));
var routes = File.ReadLines(args[2]).Select(static line => line.Split(' ')).Select(static (route, index) => new RouteConfig
{
    RouteId = $"r{index}",
    ClusterId = "backend",
    Match = new RouteMatch { Hosts = [route[0]], Path = route[1].TrimEnd('/') + "/{**rest}" },
}).ToList();
var cluster = new ClusterConfig
{
    ClusterId = "backend",
    Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = $"http://127.0.0.1:{upstreamPort}/" } },
};

var builder = WebApplication.CreateBuilder(new WebApplicationOptions());
builder.Logging.ClearProviders();
builder.Services.AddReverseProxy().LoadFromMemory(routes, [cluster]);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, httpPort, static listen => listen.Protocols = HttpProtocols.Http1);
    if (args.Length > 3)
    {
        // PKCS #12 and back: a key read from PEM is not usable by every TLS stack.
        using var pem = X509Certificate2.CreateFromPemFile(args[4], args[5]);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        kestrel.Listen(IPAddress.Loopback, int.Parse(args[3]), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(certificate);
        });
    }
});
var app = builder.Build();
app.MapReverseProxy();
app.Run();
