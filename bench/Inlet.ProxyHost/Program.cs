using System.Net;
using System.Runtime.InteropServices;
using Inlet.Controller;

// controller -f DIR --http-port N --https-port N --admin-port N --loops N
using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
string Of(string name, string fallback) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : fallback;
await ControllerHost.RunAsync(
    new ControllerOptions
    {
        Bind = IPAddress.Loopback, Files = [Of("-f", ".")], HttpPort = int.Parse(Of("--http-port", "0")), HttpsPort = int.Parse(Of("--https-port", "-1")),
        AdminPort = int.Parse(Of("--admin-port", "0")), Loops = int.Parse(Of("--loops", "1")),
    },
    stop.Token);
