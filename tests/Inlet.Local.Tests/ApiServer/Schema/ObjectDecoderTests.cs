using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Inlet.Kubernetes;
using Inlet.Local.ApiServer.Schema;

namespace Inlet.Local.Tests.ApiServer.Schema;

public sealed class ObjectDecoderTests
{
    private const string Deployment = "k8s.io.api.apps.v1.Deployment";

    [Fact]
    public void Decode_names_and_drops_unknown_fields()
    {
        var obj = Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","extra":1,
             "spec":{"foo":1,"replicas":2,"template":{"spec":{"containers":[{"name":"a"},{"name":"b","imag":"x"}]}}}}
            """);

        var unknown = ObjectDecoder.Decode(obj, Deployment);

        Assert.Equal(["extra", "spec.foo", "spec.template.spec.containers[1].imag"], unknown);
        Assert.Equal(
            """{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}}""",
            obj.ToJsonString());
    }

    [Fact]
    public void Decode_knows_inline_messages()
    {
        var obj = Parse("""
            {"spec":{"volumes":[{"name":"v","configMap":{"name":"c","optional":true}}],
             "containers":[{"name":"a","envFrom":[{"configMapRef":{"name":"c"}}],"readinessProbe":{"httpGet":{"path":"/","port":"web"}}}]}}
            """);

        Assert.Empty(ObjectDecoder.Decode(obj, "k8s.io.api.core.v1.Pod"));
    }

    [Fact]
    public void Decode_takes_canonical_times_quantities_and_drops_nulls()
    {
        var obj = Parse("""
            {"metadata":{"creationTimestamp":null,"deletionTimestamp":"2026-01-02T03:04:05+01:00"},
             "spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"1000m","memory":"1024Mi","x":0.5}}}]}}
            """);

        Assert.Empty(ObjectDecoder.Decode(obj, "k8s.io.api.core.v1.Pod"));

        Assert.Equal("""{"deletionTimestamp":"2026-01-02T02:04:05Z"}""", obj["metadata"]!.ToJsonString());
        Assert.Equal("""{"cpu":"1","memory":"1Gi","x":"500m"}""", obj["spec"]!["containers"]![0]!["resources"]!["limits"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":"2"}}""", "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":2.5}}""", "json: cannot unmarshal number 2.5 into Go struct field DeploymentSpec.spec.replicas of type int32")]
    [InlineData("""{"spec":{"paused":"yes"}}""", "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool")]
    [InlineData("""{"metadata":{"labels":{"a":1}}}""", "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string")]
    [InlineData("""{"spec":[]}""", "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":{"name":"a"}}}}}""",
        "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container")]
    [InlineData("""{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"lots"}}}]}}}}""", "quantities must match")]
    [InlineData("""{"metadata":{"creationTimestamp":"yesterday"}}""", "parsing time \"yesterday\"")]
    public void Decode_wrong_type_is_refused(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<SchemaException>(() => ObjectDecoder.Decode(Parse(json), Deployment)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Ignore", 0)]
    [InlineData("Warn", 2)]
    [InlineData(null, 2)]
    public void FieldValidation_warns_or_ignores(string? mode, int warnings)
    {
        var obj = StrictJson.Parse("""{"spec":{"replicas":1,"replicas":2,"foo":1}}"""u8, out var duplicates)!.AsObject();

        var texts = FieldValidation.Decode(obj, ResourceTypes.Deployments, Deployment, duplicates, FieldValidation.ParseMode(mode));

        Assert.Equal(warnings == 0 ? [] : ["duplicate field \"spec.replicas\"", "unknown field \"spec.foo\""], texts);
        Assert.Equal(2, obj["spec"]!["replicas"]!.GetValue<long>());
    }

    [Fact]
    public void FieldValidation_strict_is_refused_with_kubernetes_words()
    {
        var obj = StrictJson.Parse("""{"spec":{"replicas":1,"replicas":2,"foo":1}}"""u8, out var duplicates)!.AsObject();

        var error = Assert.Throws<KubernetesApiException>(
            () => FieldValidation.Decode(obj, ResourceTypes.Deployments, Deployment, duplicates, FieldValidationMode.Strict));

        Assert.Equal(400, error.Code);
        Assert.Equal(
            "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: " +
            "duplicate field \"spec.replicas\", unknown field \"spec.foo\"", error.Message);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("{} x")]
    [InlineData("{\"a\":1e999}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("")]
    public void StrictJson_malformed_text_is_refused(string text) =>
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void StrictJson_deep_text_is_refused() =>
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(Encoding.UTF8.GetBytes(new string('[', 100_000)), out _));

    [Fact]
    public void FieldTable_every_message_parses()
    {
        foreach (var name in FieldTable.Builtin.MessageNames)
        {
            foreach (var field in FieldTable.Builtin.Get(name).JsonFields.Where(f => f.Kind == FieldKind.Message))
            {
                Assert.NotNull(FieldTable.Builtin.Find(field.MessageName!));
            }
        }
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("0.1", "100m")]
    [InlineData("1500m", "1500m")]
    [InlineData("2000m", "2")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("512Mi", "512Mi")]
    [InlineData("1e3", "1e3")]
    [InlineData("1000k", "1M")]
    [InlineData("0", "0")]
    [InlineData("-5", "-5")]
    public void Quantity_takes_its_canonical_spelling(string text, string expected)
    {
        Assert.True(Quantity.TryCanonical(text, out var canonical));
        Assert.Equal(expected, canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1.2.3")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1e")]
    public void Quantity_that_is_none_is_refused(string text) => Assert.False(Quantity.TryCanonical(text, out _));

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
