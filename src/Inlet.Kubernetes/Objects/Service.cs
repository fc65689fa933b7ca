using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inlet.Kubernetes;

/// <summary>v1 Service.</summary>
public sealed record Service(ObjectMeta? Metadata = null, ServiceSpec? Spec = null, ServiceStatus? Status = null);

public sealed record ServiceSpec(
    string? Type = null,
    string? ClusterIP = null,
    string? ExternalName = null,
    IReadOnlyList<string?>? ExternalIPs = null,
    IReadOnlyList<ServicePort?>? Ports = null);

/// <param name="Protocol">Null means TCP.</param>
/// <param name="NodePort">0 when there is none.</param>
public sealed record ServicePort(string? Name = null, int Port = 0, IntOrString? TargetPort = null, string? Protocol = null, int NodePort = 0);

public sealed record ServiceStatus(LoadBalancerStatus? LoadBalancer = null);

/// <summary>A field that Kubernetes lets be a number or a name. Exactly one of the two is set.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public sealed record IntOrString(int? Number, string? Name);

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new(null, reader.GetString()) : new(reader.GetInt32(), null);

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Name);
        }
    }
}
