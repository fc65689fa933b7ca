using System.Diagnostics;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>YARP on Kestrel, as stock as it comes; its host is <c>bench/peers/yarp</c>.</summary>
internal sealed class YarpPeer(string program) : Peer
{
    public override string Name => "yarp";

    public override bool IsJitCompiled => true;

    public override bool CanCountLoops => false;

    public override string Version(Workshop workshop)
    {
        var library = Path.Combine(Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!, "Yarp.ReverseProxy.dll");
        return $"Yarp.ReverseProxy {FileVersionInfo.GetVersionInfo(library).FileVersion}";
    }

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var (http, https) = (Workshop.FreePort(), setup.Certificate is null ? -1 : Workshop.FreePort());
        var routes = workshop.WriteFile($"{label}.routes", string.Concat(setup.Routes.Select(static route => $"{route.Host} {route.Path}\n")));
        List<string> command = [program, Workshop.Text(http), Workshop.Text(setup.UpstreamPort), routes];
        if (setup.Certificate is { } files)
        {
            command.AddRange([Workshop.Text(https), files.Certificate, files.Key]);
        }

        return new RunningPeer(workshop.Start(label, cores, command), http, https);
    }
}
