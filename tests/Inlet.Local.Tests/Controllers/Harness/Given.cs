using System.Text.Json.Nodes;

namespace Inlet.Local.Tests.Controllers;

/// <summary>Objects for the tests, as a user would write them.</summary>
internal static class Given
{
    public static JsonObject Deployment(string name, int replicas, string version = "1", string more = "{}")
    {
        var deployment = TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}","labels":{"app":"{{name}}"} },
             "spec":{"replicas":{{replicas}},"selector":{"matchLabels":{"app":"{{name}}"} },
              "template":{"metadata":{"labels":{"app":"{{name}}"} },
               "spec":{"containers":[{"name":"web","image":"web:{{version}}","ports":[{"name":"http","containerPort":8080}]}]} } } }
            """);
        foreach (var (key, value) in TestCluster.Json(more))
        {
            deployment["spec"]![key] = value?.DeepClone();
        }

        return deployment;
    }

    /// <summary>A patch to another version of the template.</summary>
    public static string Version(string version) =>
        $$"""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:{{version}}","ports":[{"name":"http","containerPort":8080}]}]} } } }""";

    public static JsonObject ReplicaSet(string name, int replicas, string selector = "", string labels = "")
    {
        labels = labels.Length > 0 ? labels : $$"""{"app":"{{name}}"}""";
        selector = selector.Length > 0 ? selector : $$"""{"matchLabels":{"app":"{{name}}"} }""";
        return TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}"},
             "spec":{"replicas":{{replicas}},"selector":{{selector}},
              "template":{"metadata":{"labels":{{labels}} },"spec":{"containers":[{"name":"web","image":"web:1"}]} } } }
            """);
    }

    public static JsonObject Pod(string name, string labels = "{}", string spec = "{}")
    {
        var pod = TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}","labels":{{labels}} },
             "spec":{"containers":[{"name":"web","image":"web:1","ports":[{"name":"http","containerPort":8080}]}]} }
            """);
        foreach (var (key, value) in TestCluster.Json(spec))
        {
            pod["spec"]![key] = value?.DeepClone();
        }

        return pod;
    }

    public static JsonObject Service(string name, string app, string spec = "{}")
    {
        var service = TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}","labels":{"app":"{{app}}"} },
             "spec":{"selector":{"app":"{{app}}"},"ports":[{"port":80,"targetPort":"http"}]} }
            """);
        foreach (var (key, value) in TestCluster.Json(spec))
        {
            service["spec"]![key] = value?.DeepClone();
        }

        return service;
    }
}
