using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Inlet.Kubernetes;

/// <summary>
/// Untyped objects → the records of this folder. Unknown fields are skipped; a field of the wrong JSON type throws
/// <see cref="JsonException"/> with the field's path.
/// </summary>
public static class ObjectReader
{
    public static Ingress Ingress(JsonObject obj) => Read(obj, ObjectJson.Default.Ingress);

    public static IngressClass IngressClass(JsonObject obj) => Read(obj, ObjectJson.Default.IngressClass);

    public static Service Service(JsonObject obj) => Read(obj, ObjectJson.Default.Service);

    public static EndpointSlice EndpointSlice(JsonObject obj) => Read(obj, ObjectJson.Default.EndpointSlice);

    public static Secret Secret(JsonObject obj)
    {
        var data = obj.Object("data");
        return new Secret(
            obj["metadata"]?.Deserialize(ObjectJson.Default.ObjectMeta),
            obj.String("type"),
            new SecretData(data.String("tls.crt"), data.String("tls.key"), data.String("ca.crt"))
            {
                OcspStaple = data.String("tls.ocsp-staple"),
                CaCrl = data.String("ca.crl"),
                Auth = data.String("auth"),
                Hashes = PasswordHashes.Of(data),
            });
    }

    public static ConfigMap ConfigMap(JsonObject obj)
    {
        var data = new Dictionary<string, string>();
        var characters = 0;
        foreach (var (key, _) in obj.Object("data") ?? [])
        {
            if (obj.Object("data").String(key) is { } value)
            {
                characters += key.Length + value.Length;
                data[key] = value;
            }
        }

        return new ConfigMap(
            obj["metadata"]?.Deserialize(ObjectJson.Default.ObjectMeta), characters <= Inlet.Kubernetes.ConfigMap.MostCharacters ? data : null);
    }

    private static T Read<T>(JsonObject obj, JsonTypeInfo<T> type) => obj.Deserialize(type) ?? throw new JsonException("the object is null");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Ingress))]
[JsonSerializable(typeof(IngressClass))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(EndpointSlice))]
[JsonSerializable(typeof(ObjectMeta))]
internal sealed partial class ObjectJson : JsonSerializerContext;
