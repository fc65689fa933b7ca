using System.Text.Json.Nodes;

namespace Inlet.Bench.Local;

internal static class LocalManifests
{
    public const string AppHost = "app.bench.test";

    /// <summary>A Deployment of one process, its Service and an Ingress.</summary>
    public const string App =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: inlet:0.1.0
                  command: [inlet, demo, --port=8080, --name=app]
                  ports: [{name: http, containerPort: 8080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: app}
        spec: {selector: {app: app}, ports: [{port: 8080, targetPort: http}]}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: app}
        spec:
          ingressClassName: inlet
          rules:
            - host: app.bench.test
              http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: app, port: {number: 8080}}}}]}

        """;

    /// <summary>One more host for the same Service.</summary>
    public static JsonObject Ingress(string name, string host) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "Ingress",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["ingressClassName"] = "inlet",
            ["rules"] = new JsonArray(new JsonObject
            {
                ["host"] = host,
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(new JsonObject
                    {
                        ["path"] = "/",
                        ["pathType"] = "Prefix",
                        ["backend"] = new JsonObject
                        {
                            ["service"] = new JsonObject { ["name"] = "app", ["port"] = new JsonObject { ["number"] = 8080 } },
                        },
                    }),
                },
            }),
        },
    };
}
