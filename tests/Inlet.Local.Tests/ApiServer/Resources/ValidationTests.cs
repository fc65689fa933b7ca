using System.Text.Json.Nodes;

using Inlet.Local.ApiServer.Resources;

namespace Inlet.Local.Tests.ApiServer.Resources;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{}}""", "spec.containers: Required value")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{}]}}""",
        "spec.containers[0].name: Required value", "spec.containers[0].image: Required value")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x"},{"name":"a","image":"x"}]}}""",
        "spec.containers[1].name: Duplicate value: \"a\"")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"restartPolicy":"Sometimes","containers":[{"name":"a","image":"x"}]}}""",
        "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"Never\", \"OnFailure\"")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}""",
        "spec.containers[0].volumeMounts[0].name: Not found: \"v\"")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x","ports":[{"containerPort":70000}]}]}}""",
        "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x","env":[{"name":"E","valueFrom":{}}]}]}}""",
        "spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`")]
    [InlineData("v1/Pod", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x"}],"volumes":[{"name":"v","secret":{"secretName":"s","items":[{"key":"k","path":"../x"}]}}]}}""",
        "spec.volumes[0].secret.items[0].path: Invalid value: \"../x\": must not contain '..'")]
    [InlineData("v1/Pod", """{"metadata":{},"spec":{"containers":[{"name":"a","image":"x"}]}}""",
        "metadata.name: Required value: name or generateName is required")]
    [InlineData("v1/Service", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":99999}]}}""",
        "spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive",
        "spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive")]
    [InlineData("v1/Service", """{"metadata":{"name":"s"},"spec":{"ports":[{"port":1},{"port":2}]}}""",
        "spec.ports[0].name: Required value", "spec.ports[1].name: Required value")]
    [InlineData("v1/Service", """{"metadata":{"name":"s"},"spec":{}}""", "spec.ports: Required value")]
    [InlineData("v1/Service", """{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}""",
        "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData("networking.k8s.io/v1/Ingress", """{"metadata":{"name":"i"},"spec":{}}""",
        "spec: Invalid value: []: either `defaultBackend` or `rules` must be specified")]
    [InlineData("networking.k8s.io/v1/Ingress", """{"metadata":{"name":"i"},"spec":{"rules":[{"http":{"paths":[{"path":"x","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}""",
        "spec.rules[0].http.paths[0].path: Invalid value: \"x\": must be an absolute path")]
    [InlineData("networking.k8s.io/v1/Ingress", """{"metadata":{"name":"i"},"spec":{"rules":[{"http":{"paths":[{"path":"/x","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}""",
        "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [InlineData("networking.k8s.io/v1/Ingress", """{"metadata":{"name":"i"},"spec":{"rules":[{"host":"1.2.3.4","http":{"paths":[{"path":"/a//b","pathType":"Exact","backend":{"service":{"name":"s"}}}]}}]}}""",
        "spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
        "spec.rules[0].http.paths[0].path: Invalid value: \"/a//b\": must not contain '//'",
        "spec.rules[0].http.paths[0].backend: Required value: port name or number is required")]
    [InlineData("apps/v1/Deployment", """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"1"}},"template":{"metadata":{"labels":{"a":"2"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}""",
        "spec.template.metadata.labels: Invalid value: {\"a\":\"2\"}: `selector` does not match template `labels`")]
    [InlineData("apps/v1/Deployment", """{"metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x"}]}}}}""",
        "spec.selector: Required value")]
    [InlineData("apps/v1/Deployment", """{"metadata":{"name":"d"},"spec":{"replicas":-1,"selector":{"matchLabels":{"a":"1"}},"template":{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}""",
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("v1/Secret", """{"metadata":{"name":"s"},"type":"kubernetes.io/tls","data":{"tls.crt":"eA=="}}""", "data[tls.key]: Required value")]
    public void Validate_names_field_and_rule(string kind, string json, params string[] expected)
    {
        var (definition, obj) = Parse(kind, json);
        definition.Default(obj);
        var errors = new FieldErrors();

        definition.Validate(obj, null, errors);

        Assert.Equal(expected, errors.All.Select(e => $"{e.Field}: {e.Message}"));
    }

    [Theory]
    [InlineData("v1/Namespace", "Bad_Name", "a lowercase RFC 1123 label must consist of")]
    [InlineData("v1/Service", "1svc", "a DNS-1035 label must consist of")]
    [InlineData("v1/ConfigMap", "Bad_Name", "a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("rbac.authorization.k8s.io/v1/ClusterRole", "a/b", "may not contain '/'")]
    public void Validate_name_follows_the_kinds_rule(string kind, string name, string message)
    {
        var (definition, obj) = Parse(kind, $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":1,"targetPort":1}]}}""");
        var errors = new FieldErrors();

        definition.Validate(obj, null, errors);

        Assert.StartsWith($"Invalid value: \"{name}\": {message}", Assert.Single(errors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_data_keys_and_labels()
    {
        var (definition, obj) = Parse("v1/ConfigMap", """{"kind":"ConfigMap","metadata":{"name":"c","labels":{"a b":"-x"}},"data":{"a/b":"1","..":"2"}}""");
        var errors = new FieldErrors();

        definition.Validate(obj, null, errors);

        Assert.Equal(["metadata.labels", "metadata.labels", "data[a/b]", "data[..]"], errors.All.Select(e => e.Field));
    }

    [Fact]
    public void Validate_immutable_configmap_refuses_new_data()
    {
        var (definition, old) = Parse("v1/ConfigMap", """{"metadata":{"name":"c"},"immutable":true,"data":{"a":"1"}}""");
        var (_, obj) = Parse("v1/ConfigMap", """{"metadata":{"name":"c"},"data":{"a":"2"}}""");
        var errors = new FieldErrors();

        definition.Validate(obj, old, errors);

        Assert.Equal(
            ["immutable: Forbidden: field is immutable when `immutable` is set", "data: Forbidden: field is immutable when `immutable` is set"],
            errors.All.Select(e => $"{e.Field}: {e.Message}"));
    }

    [Fact]
    public void Validate_deployment_selector_is_immutable()
    {
        var (definition, old) = Parse("apps/v1/Deployment", Deployment("a"));
        var (_, obj) = Parse("apps/v1/Deployment", Deployment("b"));
        var errors = new FieldErrors();

        definition.Validate(obj, old, errors);

        Assert.Equal("spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable",
            errors.All.Select(e => $"{e.Field}: {e.Message}").Single());
    }

    [Fact]
    public void Validate_pod_update_takes_an_image_and_nothing_else()
    {
        var (definition, old) = Parse("v1/Pod", """{"metadata":{"name":"p"},"spec":{"nodeName":"inlet","containers":[{"name":"a","image":"x"}]}}""");
        var image = old.DeepClone().AsObject();
        image["spec"]!["containers"]![0]!["image"] = "y";
        var node = old.DeepClone().AsObject();
        node["spec"]!["nodeName"] = "other";
        var (imageErrors, nodeErrors) = (new FieldErrors(), new FieldErrors());

        definition.Validate(image, old, imageErrors);
        definition.Validate(node, old, nodeErrors);

        Assert.Empty(imageErrors.All);
        Assert.StartsWith("Forbidden: pod updates may not change fields other than", Assert.Single(nodeErrors.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FieldErrors_become_an_invalid_status_with_causes()
    {
        var (definition, obj) = Parse("apps/v1/Deployment", """{"metadata":{"name":"d"},"spec":{}}""");
        var errors = new FieldErrors();
        definition.Validate(obj, null, errors);

        var error = errors.ToException(definition.Type, "d");

        Assert.Equal(422, error.Code);
        Assert.Equal("Invalid", error.Reason);
        Assert.Equal("Deployment.apps \"d\" is invalid: [spec.selector: Required value, spec.template.spec.containers: Required value]", error.Message);
        Assert.Equal("""{"reason":"FieldValueRequired","message":"Required value","field":"spec.selector"}""", error.Details!["causes"]![0]!.ToJsonString());
        Assert.Equal("apps", error.Details["group"]!.GetValue<string>());
    }

    private static string Deployment(string app) =>
        """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"APP"}},"template":{"metadata":{"labels":{"app":"APP"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}"""
            .Replace("APP", app, StringComparison.Ordinal);

    private static (ResourceDefinition Definition, JsonObject Object) Parse(string kind, string json)
    {
        var slash = kind.LastIndexOf('/');
        return (ResourceCatalog.Builtin.FindKind(kind[..slash], kind[(slash + 1)..])!.Definition, JsonNode.Parse(json)!.AsObject());
    }
}
