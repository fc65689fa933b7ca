using System.Text;
using Inlet.Bench.Machine;

namespace Inlet.Bench.Proxy.Peers;

/// <summary>Inlet as <c>inlet controller -f DIR</c>: the whole pipeline, with metrics, limits and timeouts on and the access log off.</summary>
internal sealed class InletPeer(string program) : Peer
{
    private const int RoutesPerIngress = 100;

    public override string Name => "inlet";

    public override bool IsJitCompiled => true;

    public override string Version(Workshop workshop) => $"inlet {FirstLine(workshop, program, "--version")}, built {File.GetLastWriteTimeUtc(program):yyyy-MM-dd HH:mm}Z";

    public override RunningPeer Start(Workshop workshop, PeerSetup setup, string label, string cores)
    {
        var directory = workshop.PathOf(label);
        workshop.WriteFile($"{label}/backend.yaml", Manifests.Backend(setup.UpstreamPort));
        workshop.WriteFile($"{label}/ingresses.yaml", Ingresses(setup));
        if (setup.Certificate is { } files)
        {
            workshop.WriteFile($"{label}/certificate.yaml", Secret(files));
        }

        var peer = (Http: Workshop.FreePort(), Https: setup.Certificate is null ? -1 : Workshop.FreePort(), Admin: Workshop.FreePort());
        var process = workshop.Start(label, cores, program, "controller", "-f", directory, "--bind", "127.0.0.1",
            "--http-port", Workshop.Text(peer.Http), "--https-port", Workshop.Text(peer.Https),
            "--admin-port", Workshop.Text(peer.Admin), "--loops", Workshop.Text(setup.Loops), "--access-log", "off");
        return new RunningPeer(process, peer.Http, peer.Https, peer.Admin);
    }

    private static string Secret(CertificateFiles files) =>
        $$"""
        apiVersion: v1
        kind: Secret
        metadata: {name: certificate, namespace: bench}
        type: kubernetes.io/tls
        data:
          tls.crt: {{Convert.ToBase64String(File.ReadAllBytes(files.Certificate))}}
          tls.key: {{Convert.ToBase64String(File.ReadAllBytes(files.Key))}}

        """;

    private static string Ingresses(PeerSetup setup)
    {
        var text = new StringBuilder();
        foreach (var (index, routes) in setup.Routes.Chunk(RoutesPerIngress).Index())
        {
            text.Append(
                $$"""
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: i{{index}}, namespace: bench}
                spec:
                  ingressClassName: inlet

                """);
            if (setup.Certificate is not null && routes.Any(static route => route.Host == PeerSetup.Host))
            {
                text.Append("  tls: [{hosts: [").Append(PeerSetup.Host).Append("], secretName: certificate}]\n");
            }

            text.Append("  rules:\n");
            foreach (var host in routes.GroupBy(static route => route.Host))
            {
                text.Append("  - host: ").Append(host.Key).Append("\n    http:\n      paths:\n");
                foreach (var (_, path) in host)
                {
                    text.Append("      - {path: ").Append(path).Append(", pathType: Prefix, backend: {service: {name: backend, port: {number: 80}}}}\n");
                }
            }

            text.Append("---\n");
        }

        return text.ToString();
    }
}
