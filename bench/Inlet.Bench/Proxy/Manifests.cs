namespace Inlet.Bench.Proxy;

/// <summary>Objects as <c>inlet controller -f</c> takes them.</summary>
internal static class Manifests
{
    public static string Backend(int port) =>
        $$$"""
        apiVersion: v1
        kind: Service
        metadata: {name: backend, namespace: bench}
        spec: {ports: [{name: http, port: 80, targetPort: {{{port}}}}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: backend-1, namespace: bench, labels: {kubernetes.io/service-name: backend}}
        addressType: IPv4
        ports: [{name: http, port: {{{port}}}}]
        endpoints: [{addresses: [127.0.0.1], conditions: {ready: true}}]

        """;

    /// <summary>Everything of one host to the backend.</summary>
    public static string Ingress(string name, string host) =>
        $$$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: {{{name}}}, namespace: bench}
        spec:
          ingressClassName: inlet
          rules:
          - host: {{{host}}}
            http:
              paths:
              - path: /
                pathType: Prefix
                backend: {service: {name: backend, port: {number: 80} } }

        """;
}
