namespace Inlet.Controller.Tests;

/// <summary>Manifest texts.</summary>
internal static class Manifests
{
    public static string Service(string name, params TestBackend[] backends) => Service(name, true, backends);

    public static string Service(string name, bool ready, params TestBackend[] backends) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}}
        spec:
          ports: [{name: http, port: 80, targetPort: web}]
        ---

        """ + string.Join("---\n", backends.Select((backend, index) =>
        $$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: {{name}}-{{index}}
          labels: {kubernetes.io/service-name: {{name}}}
        addressType: IPv4
        ports: [{name: http, port: {{backend.Port}}}]
        endpoints:
        - addresses: [127.0.0.1]
          conditions: {ready: {{(ready ? "true" : "false")}}}

        """));

    /// <summary>Annotations under the prefix from <c>name=value</c>, as a flow mapping.</summary>
    public static string Annotations(params string[] annotations) =>
        $"{{{string.Join(", ", annotations.Select(static annotation => annotation.Split('=', 2)).Select(static parts => $"nginx.ingress.kubernetes.io/{parts[0]}: '{parts[1]}'"))}}}";

    /// <param name="annotations">Flow mapping, e.g. <c>{a: "b"}</c>.</param>
    public static string Ingress(string name, string host, string path, string service, string annotations = "{}", string tls = "[]", string pathType = "Prefix") =>
        $$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {{name}}
          annotations: {{annotations}}
        spec:
          ingressClassName: inlet
          tls: {{tls}}
          rules:
          - host: {{(host.Length == 0 ? "\"\"" : $"\"{host}\"")}}
            http:
              paths:
              - path: "{{path}}"
                pathType: {{pathType}}
                backend:
                  service:
                    name: {{service}}
                    port: {number: 80}

        """;
}
